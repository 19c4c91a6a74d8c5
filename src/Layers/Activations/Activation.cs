using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>An element-wise function as a layer: y = f(x).</summary>
/// <remarks>
/// In a <see cref="Sequential"/>, a <see cref="Dense"/> or <see cref="BatchNorm"/> layer before it applies f in its own kernel, where
/// the backward pass allows it; the values are the same. A function of your own is a class of one line, around a struct that is an
/// <see cref="IUnaryOp"/>: <c>public sealed class Mish() : Activation&lt;MishOp&gt;(default);</c>
/// </remarks>
/// <typeparam name="TOp">The type of f.</typeparam>
/// <param name="op">f.</param>
public abstract class Activation<TOp>(TOp op) : Module, IActivation
    where TOp : unmanaged, IUnaryOp
{
    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor input) => input.Apply(op);

    Tensor IActivation.After(IFusesActivation layer, Tensor input) => layer.Forward(input, op);
}
