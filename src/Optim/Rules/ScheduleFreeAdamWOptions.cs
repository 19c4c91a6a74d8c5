namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="ScheduleFreeAdamW"/>.</summary>
public sealed record ScheduleFreeAdamWOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 2.5e-3.</summary>
    public ScheduleFreeAdamWOptions() => LearningRate = 2.5e-3;

    /// <summary>How far y is from z towards x, in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in (0, 1).</exception>
    public double Beta1 { get; init => field = value > 0 ? InUnit(value) : throw Refused(value, "in (0, 1)"); } = 0.9;

    /// <summary>How much of the mean squared gradient stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Beta2 { get; init => field = InUnit(value); } = 0.999;

    /// <summary>Keeps the divisor from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-8;

    /// <summary>The steps over which the rate rises to learningRate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int WarmupSteps { get; init => field = value >= 0 ? value : throw Refused(value, "not negative"); }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        if (DecoupledWeightDecay)
        {
            throw new ArgumentException(
                "ScheduleFreeAdamW: DecoupledWeightDecay must be false: the decay acts on z, beside the mean square already, and means "
                + "cannot be shrunk besides.");
        }
    }
}
