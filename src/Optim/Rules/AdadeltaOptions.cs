namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="Adadelta"/>.</summary>
public sealed record AdadeltaOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1.0.</summary>
    public AdadeltaOptions() => LearningRate = 1.0;

    /// <summary>How much of the averages stays, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double Rho { get; init => field = InUnit(value); } = 0.9;

    /// <summary>Keeps the divisor from zero and the first step from being nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Epsilon { get; init => field = NotNegative(value); } = 1e-6;
}
