namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of <see cref="ASGD"/>.</summary>
public sealed record ASGDOptions : OptimizerOptions
{
    /// <summary>The defaults: a learning rate of 1e-2.</summary>
    public ASGDOptions() => LearningRate = 1e-2;

    /// <summary>How fast the rate falls; it shrinks w as well.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Lambda { get; init => field = NotNegative(value); } = 1e-4;

    /// <summary>The power of the fall.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double Alpha { get; init => field = NotNegative(value); } = 0.75;

    /// <summary>After how many steps averaging begins.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double AveragingStart { get; init => field = NotNegative(value); } = 1e6;
}
