namespace DeepSharp.Optim;

/// <summary>α = α₀ / (1 + k t), the 1/t decay. Robbins, Monro 1951; cs231n; Ng, "Improving Deep Neural Networks" (k is his decay rate).</summary>
public sealed class InverseTimeDecay : LearningRateSchedule
{
    private readonly double _k;

    /// <summary>A decay that halves the rate when k t has reached 1.</summary>
    /// <param name="k">How fast the rate falls: to a half at t = 1/k.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public InverseTimeDecay(double k) => _k = ScheduleArguments.NotNegative(this, nameof(k), k);

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => baseRate / (1 + (_k * t));
}
