namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Lion"/>.</summary>
public sealed record LionOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-4, decoupled weight decay.</summary>
    public LionOptions()
    {
        LearningRate = 1e-4;
        DecoupledWeightDecay = true;
    }

    /// <summary>How much of the mean gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta1 { get; init => field = InUnit(value); } = 0.9;

    /// <summary>How much of the mean gradient is kept for the next step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta2 { get; init => field = InUnit(value); } = 0.99;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Beta1;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Beta1 = value };
}
