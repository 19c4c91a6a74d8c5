namespace DeepSharp.Optim;

/// <summary>α = α₀ (start + (1 - start) (t / length)^power), and α₀ afterwards. To be followed by another: <c>cosine.After(warmup)</c>.</summary>
/// <remarks>Sources: Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 2.2 (gradual warm-up, linear).</remarks>
public sealed class Warmup : LearningRateSchedule
{
    private readonly double _start;
    private readonly double _power;

    /// <summary>A rise from a share of the base rate to all of it.</summary>
    /// <param name="length">The count at which the full rate is reached.</param>
    /// <param name="startFactor">The factor of the optimizer's rate at first; with 0 the first step changes nothing.</param>
    /// <param name="power">The exponent; 1 is a straight line.</param>
    /// <exception cref="ArgumentOutOfRangeException">Length or power is not above 0, or the factor is not in [0, 1).</exception>
    public Warmup(double length, double startFactor = 0, double power = 1)
    {
        Length = ScheduleArguments.Positive(this, nameof(length), length);
        _start = ScheduleArguments.InUnit(this, nameof(startFactor), startFactor);
        _power = ScheduleArguments.Positive(this, nameof(power), power);
    }

    /// <summary>The count at which the full rate is reached.</summary>
    public double Length { get; }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) =>
        baseRate * (_start + ((1 - _start) * Math.Pow(Math.Min(1, t / Length), _power)));
}
