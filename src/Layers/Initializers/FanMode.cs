namespace DeepSharp.Layers;

/// <summary>Which number of connections an initial scale is made for.</summary>
public enum FanMode
{
    /// <summary>The inputs of an output: keeps the variance of activations on the way forward.</summary>
    FanIn,

    /// <summary>The outputs of an input: keeps the variance of gradients on the way back.</summary>
    FanOut,
}
