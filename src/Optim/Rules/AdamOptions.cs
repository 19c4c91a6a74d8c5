namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Adam"/>.</summary>
public record AdamOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-3.</summary>
    public AdamOptions() => LearningRate = 1e-3;

    /// <summary>How much of the mean gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta1 { get; init => field = InUnit(value); } = 0.9;

    /// <summary>How much of the mean squared gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta2 { get; init => field = InUnit(value); } = 0.999;

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-8;

    /// <summary>Where <see cref="Epsilon"/> stands.</summary>
    public EpsilonPlacement EpsilonPlacement { get; init; }

    /// <summary>Whether the largest mean squared gradient so far divides.</summary>
    public bool AMSGrad { get; init; }

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Beta1;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Beta1 = value };
}
