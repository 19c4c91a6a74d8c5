namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="DeltaBarDelta"/>.</summary>
public sealed record DeltaBarDeltaOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2.</summary>
    public DeltaBarDeltaOptions() => LearningRate = 1e-2;

    /// <summary>What is added to a rate, kappa of the paper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Raise { get; init => field = NotNegative(value); } = 1e-3;

    /// <summary>What part of a rate is taken off, phi of the paper, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Lower { get; init => field = InUnit(value); } = 0.333;

    /// <summary>How much of the mean gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Theta { get; init => field = InUnit(value); } = 0.7;

    /// <summary>How much of the last step stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); }

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
