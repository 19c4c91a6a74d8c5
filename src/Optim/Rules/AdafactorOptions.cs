namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Adafactor"/>.</summary>
public sealed record AdafactorOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2, decoupled weight decay.</summary>
    public AdafactorOptions()
    {
        LearningRate = 1e-2;
        DecoupledWeightDecay = true;
    }

    /// <summary>How fast b goes to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and above 0.</exception>
    public double DecayPower { get; init => field = Positive(value); } = 0.8;

    /// <summary>Is added to the squared gradient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-30;

    /// <summary>The largest root mean square of a step before its scale.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and above 0.</exception>
    public double ClipThreshold { get; init => field = Positive(value); } = 1;

    /// <summary>The least root mean square a parameter counts as.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double SmallestScale { get; init => field = NotNegative(value); } = 1e-3;

    /// <summary>Whether steps are in proportion to the parameter.</summary>
    public bool ScalesByParameter { get; init; } = true;
}
