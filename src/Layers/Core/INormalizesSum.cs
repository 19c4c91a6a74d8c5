namespace DeepSharp.Layers;

/// <summary>A layer that can add a residual to its input in its own kernel.</summary>
internal interface INormalizesSum
{
    /// <summary>This layer's output for input + residual.</summary>
    Tensor Forward(Tensor input, Tensor residual);

    /// <summary>This layer with a residual for its input, for an activation to join; null if it cannot.</summary>
    IFusesActivation? With(Tensor residual);
}
