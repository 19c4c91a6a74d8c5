namespace DeepSharp.Optim;

/// <summary>α = α₀ factor^(t / every), in whichever form a text writes it.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>α₀ k^(i - 1), i counted from 1, such as 0.95^epoch α₀: <c>new ExponentialDecay(k)</c>; PyTorch's ExponentialLR.</item>
/// <item>α₀ e^(-kt): <c>ExponentialDecay.Natural(k)</c>.</item>
/// <item>η₀ 0.1^(t / s), a tenth every s: <c>ExponentialDecay.Tenfold(s)</c>.</item>
/// </list>
/// Sources: Ng, "Improving Deep Neural Networks" (0.95^epoch); cs231n (e^(-kt)); Géron, "Hands-On Machine Learning", chapter 11 (tenfold).
/// </remarks>
public sealed class ExponentialDecay : LearningRateSchedule
{
    private readonly double _factor;
    private readonly double _every;

    /// <summary>A decay by a factor.</summary>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <param name="every">The count over which it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not above 0.</exception>
    public ExponentialDecay(double factor, double every = 1)
    {
        _factor = ScheduleArguments.Positive(this, nameof(factor), factor);
        _every = ScheduleArguments.Positive(this, nameof(every), every);
    }

    /// <summary>α = α₀ e^(-kt).</summary>
    /// <param name="k">How fast the rate falls.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public static ExponentialDecay Natural(double k) => k >= 0 && double.IsFinite(k)
        ? new(Math.Exp(-k))
        : throw new ArgumentOutOfRangeException(nameof(k), $"ExponentialDecay: k is {k}; it must be finite and not negative.");

    /// <summary>α = α₀ 0.1^(t / s).</summary>
    /// <param name="s">The count over which the rate falls to a tenth.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    public static ExponentialDecay Tenfold(double s) => s > 0 && double.IsFinite(s)
        ? new(0.1, s)
        : throw new ArgumentOutOfRangeException(nameof(s), $"ExponentialDecay: s is {s}; it must be finite and above 0.");

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => baseRate * Math.Pow(_factor, t / _every);
}
