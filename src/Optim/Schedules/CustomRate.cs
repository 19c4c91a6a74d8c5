namespace DeepSharp.Optim;

/// <summary>Any function of the count as a schedule.</summary>
/// <remarks>The function must depend on its argument only; it is called more than once for the same count.</remarks>
public sealed class CustomRate : LearningRateSchedule
{
    private readonly Func<double, double, double> _rate;

    /// <summary>α = rate(⌊t⌋). The optimizer's own rate is not used.</summary>
    /// <param name="rate">The rate by count.</param>
    public CustomRate(Func<int, float> rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        _rate = (_, t) => rate((int)t);
    }

    private CustomRate(Func<double, double, double> rate) => _rate = rate;

    /// <summary>α = rate(t). The optimizer's own rate is not used.</summary>
    /// <param name="rate">The rate by count.</param>
    public static CustomRate FromRate(Func<double, double> rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return new CustomRate((_, t) => rate(t));
    }

    /// <summary>α = α₀ factor(t). PyTorch's LambdaLR.</summary>
    /// <param name="factor">The factor by count.</param>
    public static CustomRate FromFactor(Func<double, double> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return new CustomRate((baseRate, t) => baseRate * factor(t));
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => _rate(baseRate, t);
}
