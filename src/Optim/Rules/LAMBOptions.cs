namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="LAMB"/>.</summary>
public sealed record LAMBOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-3, weight decay of 0.01.</summary>
    public LAMBOptions()
    {
        LearningRate = 1e-3;
        WeightDecay = 0.01;
    }

    /// <summary>How much of the mean gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta1 { get; init => field = InUnit(value); } = 0.9;

    /// <summary>How much of the mean squared gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta2 { get; init => field = InUnit(value); } = 0.999;

    /// <summary>Keeps the divisor from zero: above 0, since one 0 / 0 would be in the size of the whole parameter's step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive, or infinite.</exception>
    public double Epsilon { get; init => field = Positive(value); } = 1e-6;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Beta1;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Beta1 = value };
}
