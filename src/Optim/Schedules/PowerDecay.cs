namespace DeepSharp.Optim;

/// <summary>α = α₀ / (1 + t / s)^c, power scheduling. Géron, "Hands-On Machine Learning", chapter 11.</summary>
public sealed class PowerDecay : LearningRateSchedule
{
    private readonly double _s;
    private readonly double _c;

    /// <summary>A decay that slows down, as a power of the count.</summary>
    /// <param name="s">The count after which the rate has fallen to a half, if c is 1.</param>
    /// <param name="c">The exponent.</param>
    /// <exception cref="ArgumentOutOfRangeException">s is not above 0, or c is negative.</exception>
    public PowerDecay(double s, double c = 1)
    {
        _s = ScheduleArguments.Positive(this, nameof(s), s);
        _c = ScheduleArguments.NotNegative(this, nameof(c), c);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => baseRate / Math.Pow(1 + (t / _s), _c);
}
