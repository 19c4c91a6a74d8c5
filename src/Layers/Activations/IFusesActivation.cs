using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>A layer whose kernel can apply an element-wise function to its output.</summary>
internal interface IFusesActivation
{
    /// <summary>f(this layer's output).</summary>
    Tensor Forward<TOp>(Tensor input, TOp op)
        where TOp : unmanaged, IUnaryOp;
}
