namespace DeepSharp.Optim;

/// <summary>α = minimum + (α₀ - minimum) (1 + cos(π t / length)) / 2, and the minimum afterwards.</summary>
/// <remarks>
/// PyTorch's CosineAnnealingLR goes on along the cosine after its length, up again and down; <c>periodic</c> does that. For sudden
/// restarts see <see cref="CosineRestarts"/>. Source: Loshchilov, Hutter 2017, "SGDR", equation 5.
/// </remarks>
public sealed class CosineAnnealing : LearningRateSchedule
{
    private readonly double _length;
    private readonly double _minimum;
    private readonly bool _periodic;

    /// <summary>Half a cosine from the base rate down to a least one.</summary>
    /// <param name="length">The count at which the minimum is reached.</param>
    /// <param name="minimum">The least rate.</param>
    /// <param name="periodic">Whether the rate rises again afterwards, along the cosine, instead of staying.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not above 0, or the minimum is negative.</exception>
    public CosineAnnealing(double length, double minimum = 0, bool periodic = false)
    {
        _length = ScheduleArguments.Positive(this, nameof(length), length);
        _minimum = ScheduleArguments.NotNegative(this, nameof(minimum), minimum);
        _periodic = periodic;
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t)
    {
        double part = _periodic ? t / _length : Math.Min(1, t / _length);
        return _minimum + ((baseRate - _minimum) * (1 + Math.Cos(Math.PI * part)) / 2);
    }
}
