namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="LBFGS"/>.</summary>
public sealed record LBFGSOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1, twenty iterations a step, a hundred pairs remembered, no line search.</summary>
    public LBFGSOptions() => LearningRate = 1;

    /// <summary>The iterations of a step at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Iterations { get; init => field = value >= 1 ? value : throw Refused(value, "at least 1"); } = 20;

    /// <summary>The evaluations of the loss in a step after which no iteration is begun; null for five quarters of the iterations.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? Evaluations { get; init => field = value is null or >= 1 ? value : throw Refused(value, "at least 1"); }

    /// <summary>The pairs of steps and gradient differences remembered.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int HistorySize { get; init => field = value >= 1 ? value : throw Refused(value, "at least 1"); } = 100;

    /// <summary>The largest magnitude of the gradient at which a step ends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double GradientTolerance { get; init => field = NotNegative(value); } = 1e-7;

    /// <summary>The change of loss or parameters at which a step ends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double ChangeTolerance { get; init => field = NotNegative(value); } = 1e-9;

    /// <summary>Whether each step's length is searched for until it meets the strong Wolfe conditions.</summary>
    public bool LineSearch { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        if (WeightDecay != 0)
        {
            throw new ArgumentException("LBFGS: there is no weight decay beside the loss; add the penalty to the loss.");
        }
    }
}
