namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="SGD"/>.</summary>
public sealed record SGDOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-3 and no momentum.</summary>
    public SGDOptions() => LearningRate = 1e-3;

    /// <summary>How much of the last step's direction stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Momentum { get; init => field = InUnit(value); }

    /// <summary>How much less of the gradient enters the direction, in [0, 1); for <see cref="MomentumForm.Direction"/> only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Dampening { get; init => field = InUnit(value); }

    /// <summary>Whether the step looks ahead; needs momentum and no dampening, and not <see cref="MomentumForm.Average"/>.</summary>
    public bool Nesterov { get; init; }

    /// <summary>How momentum is written down.</summary>
    public MomentumForm Form { get; init; }

    /// <summary>Whether v is divided by 1 - momentum^t; for <see cref="MomentumForm.Average"/> only.</summary>
    public bool BiasCorrection { get; init; }

    /// <inheritdoc/>
    public override double? MomentumCoefficient => Momentum > 0 ? Momentum : null;

    /// <inheritdoc/>
    public override OptimizerOptions WithMomentumCoefficient(double value) => this with { Momentum = value };

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        if (Nesterov && (Momentum == 0 || Dampening != 0 || Form == MomentumForm.Average))
        {
            throw new ArgumentException(
                $"SGD: Nesterov's momentum needs momentum above 0, dampening 0 and a form other than Average, not {Momentum}, {Dampening} and {Form}.");
        }

        if (Dampening != 0 && Form != MomentumForm.Direction)
        {
            throw new ArgumentException($"SGD: dampening belongs to the form Direction, not to {Form}.");
        }

        if (BiasCorrection && Form != MomentumForm.Average)
        {
            throw new ArgumentException($"SGD: bias correction belongs to the form Average, not to {Form}.");
        }
    }
}
