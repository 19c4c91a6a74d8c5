namespace DeepSharp.Layers;

/// <summary>The function of a plain recurrent layer.</summary>
public enum RecurrentNonlinearity
{
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>The rectifier max(x, 0).</summary>
    ReLU,
}
