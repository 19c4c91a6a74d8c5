namespace DeepSharp.Optim;

/// <summary>α = factor α₀, whatever the count. For a while only: <c>new ConstantRate(0.1).Then(…, after: 5)</c>.</summary>
public sealed class ConstantRate : LearningRateSchedule
{
    /// <summary>The optimizer's rate times a factor, always.</summary>
    /// <param name="factor">The factor of the optimizer's rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative, NaN or infinite.</exception>
    public ConstantRate(double factor = 1) => Factor = ScheduleArguments.NotNegative(this, nameof(factor), factor);

    /// <summary>The factor of the optimizer's rate.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => Factor * baseRate;
}
