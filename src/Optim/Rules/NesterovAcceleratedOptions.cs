namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="NesterovAccelerated"/>.</summary>
public sealed record NesterovAcceleratedOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-3 and momentum 0.9.</summary>
    public NesterovAcceleratedOptions() => LearningRate = 1e-3;

    /// <summary>How much of the last step stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); } = 0.9;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
