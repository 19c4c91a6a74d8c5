namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Rprop"/>.</summary>
public sealed record RpropOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2.</summary>
    public RpropOptions() => LearningRate = 1e-2;

    /// <summary>The factor where the sign turns, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Lower { get; init => field = InUnit(value); } = 0.5;

    /// <summary>The factor where the sign stays, above 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and above 1.</exception>
    public double Raise { get; init => field = value > 1 && double.IsFinite(value) ? value : throw Refused(value, "finite and above 1"); } = 1.2;

    /// <summary>The smallest step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Smallest { get; init => field = NotNegative(value); } = 1e-6;

    /// <summary>The largest step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and above 0.</exception>
    public double Largest { get; init => field = Positive(value); } = 50;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        if (!(Smallest <= Largest))
        {
            throw new ArgumentException($"Rprop: smallest, {Smallest}, must not be above largest, {Largest}.");
        }
    }
}
