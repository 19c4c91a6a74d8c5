namespace DeepSharp.Optim;

/// <summary>
/// α = α₀ (start + (end - start) t / length), and end α₀ afterwards: a straight line between two factors. PyTorch's LinearLR.
/// </summary>
public sealed class LinearRate : LearningRateSchedule
{
    private readonly double _length;
    private readonly double _start;
    private readonly double _end;

    /// <summary>A straight line from one multiple of the base rate to another.</summary>
    /// <param name="length">The count at which the end is reached.</param>
    /// <param name="startFactor">The factor of the optimizer's rate at first.</param>
    /// <param name="endFactor">The factor at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not above 0, or a factor is negative.</exception>
    public LinearRate(double length, double startFactor = 1, double endFactor = 0)
    {
        _length = ScheduleArguments.Positive(this, nameof(length), length);
        _start = ScheduleArguments.NotNegative(this, nameof(startFactor), startFactor);
        _end = ScheduleArguments.NotNegative(this, nameof(endFactor), endFactor);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) =>
        baseRate * (_start + ((_end - _start) * Math.Min(1, t / _length)));
}
