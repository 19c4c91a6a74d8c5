namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="NewtonCG"/>.</summary>
public sealed record NewtonCGOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1, a hundred iterations of conjugate gradients to a residual of 1e-3, twenty halvings.</summary>
    public NewtonCGOptions() => LearningRate = 1;

    /// <summary>The iterations of conjugate gradients at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Iterations { get; init => field = value >= 1 ? value : throw Refused(value, "at least 1"); } = 100;

    /// <summary>What part of the gradient may be left unsolved, at most: the square root of its norm where that is less.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Tolerance { get; init => field = InUnit(value); } = 1e-3;

    /// <summary>How often the length of a step is halved at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int Halvings { get; init => field = value >= 0 ? value : throw Refused(value, "not negative"); } = 20;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        if (WeightDecay != 0)
        {
            throw new ArgumentException("NewtonCG: there is no weight decay beside the loss; add the penalty to the loss.");
        }
    }
}
