using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>A layer that can compute with another weight than its own.</summary>
internal interface IHasWeight
{
    /// <summary>The weight.</summary>
    Parameter Weight { get; }

    /// <summary>The bias, or null.</summary>
    Parameter? Bias { get; }

    /// <summary>The axis of the weight that the outputs stand along.</summary>
    int OutputAxis { get; }

    /// <summary>f(this layer's output with a weight).</summary>
    Tensor Forward<TOp>(Tensor input, Tensor weight, TOp op)
        where TOp : unmanaged, IUnaryOp;
}
