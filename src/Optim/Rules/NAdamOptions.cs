namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="NAdam"/>.</summary>
public sealed record NAdamOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 2e-3.</summary>
    public NAdamOptions() => LearningRate = 2e-3;

    /// <summary>How much of the mean gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta1 { get; init => field = InUnit(value); } = 0.9;

    /// <summary>How much of the mean squared gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta2 { get; init => field = InUnit(value); } = 0.999;

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-8;

    /// <summary>How fast the momentum rises to beta1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double MomentumDecay { get; init => field = NotNegative(value); } = 4e-3;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Beta1;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Beta1 = value };
}
