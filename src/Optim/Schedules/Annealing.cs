namespace DeepSharp.Optim;

/// <summary>The curve from one value to another.</summary>
public enum Annealing
{
    /// <summary>Half a cosine: flat at both ends.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,
}
