namespace DeepSharp.Optim;

/// <summary>α = α₀ factor^⌊t / every⌋: the rate falls in equal steps. PyTorch's StepLR, "discrete staircase" in courses.</summary>
public sealed class StepDecay : LearningRateSchedule
{
    private readonly int _every;
    private readonly double _factor;

    /// <summary>A rate that falls by a factor at equal distances.</summary>
    /// <param name="every">The count between two steps.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not above 0.</exception>
    public StepDecay(int every, double factor = 0.1)
    {
        _every = ScheduleArguments.Positive(this, nameof(every), every);
        _factor = ScheduleArguments.Positive(this, nameof(factor), factor);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => baseRate * Math.Pow(_factor, Math.Floor(t / _every));
}
