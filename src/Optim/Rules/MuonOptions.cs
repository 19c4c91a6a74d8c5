namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Muon"/>.</summary>
public sealed record MuonOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 0.02, decoupled weight decay.</summary>
    public MuonOptions()
    {
        LearningRate = 0.02;
        DecoupledWeightDecay = true;
    }

    /// <summary>How much of the momentum stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); } = 0.95;

    /// <summary>Whether the gradient enters once more.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>The Newton-Schulz steps, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Iterations { get; init => field = value >= 1 ? value : throw Refused(value, "at least 1"); } = 5;

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };
}
