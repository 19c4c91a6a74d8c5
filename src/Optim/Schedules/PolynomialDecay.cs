namespace DeepSharp.Optim;

/// <summary>α = (α₀ - end) (1 - t / length)^power + end, and end afterwards. PyTorch's PolynomialLR; DeepLab's "poly" with power 0.9.</summary>
public sealed class PolynomialDecay : LearningRateSchedule
{
    private readonly double _length;
    private readonly double _power;
    private readonly double _end;

    /// <summary>A decay that reaches its end after some steps or epochs, and stays there.</summary>
    /// <param name="length">The count at which the end is reached.</param>
    /// <param name="power">The exponent; 1 is a straight line.</param>
    /// <param name="end">The rate at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">Length or power is not above 0, or the end is negative.</exception>
    public PolynomialDecay(double length, double power = 1, double end = 0)
    {
        _length = ScheduleArguments.Positive(this, nameof(length), length);
        _power = ScheduleArguments.Positive(this, nameof(power), power);
        _end = ScheduleArguments.NotNegative(this, nameof(end), end);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) =>
        ((baseRate - _end) * Math.Pow(1 - Math.Min(1, t / _length), _power)) + _end;
}
