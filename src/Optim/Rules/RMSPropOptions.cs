namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="RMSProp"/>.</summary>
public sealed record RMSPropOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2.</summary>
    public RMSPropOptions() => LearningRate = 1e-2;

    /// <summary>How much of the mean squared gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Alpha { get; init => field = InUnit(value); } = 0.99;

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-8;

    /// <summary>Where <see cref="Epsilon"/> stands.</summary>
    public EpsilonPlacement EpsilonPlacement { get; init; }

    /// <summary>How much of the last step's direction stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); }

    /// <summary>Whether the variance of the gradient divides instead of its mean square.</summary>
    public bool Centered { get; init; }

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
