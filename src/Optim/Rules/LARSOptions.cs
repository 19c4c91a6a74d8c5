namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="LARS"/>.</summary>
public sealed record LARSOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 0.1.</summary>
    public LARSOptions() => LearningRate = 0.1;

    /// <summary>How much of the last step stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); } = 0.9;

    /// <summary>The trust coefficient, eta of the paper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and above 0.</exception>
    public double Trust { get; init => field = Positive(value); } = 1e-3;

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-8;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
