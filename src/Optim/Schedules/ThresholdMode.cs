namespace DeepSharp.Optim;

/// <summary>What the threshold of <see cref="ReduceOnPlateau"/> measures.</summary>
public enum ThresholdMode
{
    /// <summary>A share of the best value: better is below best - threshold |best|, or above best + threshold |best|.</summary>
    Relative,

    /// <summary>A difference: better is below best - threshold, or above best + threshold.</summary>
    Absolute,
}
