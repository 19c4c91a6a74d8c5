namespace DeepSharp.Layers;

/// <summary>A layer that can run inside the kernel of the one before it.</summary>
internal interface IActivation
{
    /// <summary>This layer's output, when its input is the output of another one.</summary>
    Tensor After(IFusesActivation layer, Tensor input);
}
