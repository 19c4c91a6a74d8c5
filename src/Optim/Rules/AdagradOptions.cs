namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Adagrad"/>.</summary>
public sealed record AdagradOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2.</summary>
    public AdagradOptions() => LearningRate = 1e-2;

    /// <summary>How fast the learning rate falls besides, not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double LearningRateDecay { get; init => field = NotNegative(value); }

    /// <summary>What the sum of squares begins with, not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double InitialAccumulator { get; init => field = NotNegative(value); }

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-10;

    /// <summary>Where <see cref="Epsilon"/> stands.</summary>
    public EpsilonPlacement EpsilonPlacement { get; init; }

    /// <summary>How much of the last step's direction stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); }

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
