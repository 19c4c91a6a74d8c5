namespace DeepSharp;

/// <summary>A differentiable operator of your own: a forward and a backward pass, and whatever kernels they use.</summary>
/// <remarks>
/// For an element-wise function, <see cref="UnaryOperators"/>' <c>Apply</c> with an <see cref="Kernels.IUnaryOp"/> is shorter
/// and is a single kernel on every device. For several results see <see cref="CustomMultiOp"/>. An object may be used many times; what
/// a call must remember goes into its context.
/// </remarks>
public abstract class CustomOp
{
    /// <summary>The operator's name, for messages.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Computes the output. No graph is recorded meanwhile.</summary>
    /// <param name="context">Keeps tensors for the backward pass.</param>
    /// <param name="inputs">The inputs.</param>
    protected abstract Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs);

    /// <summary>Computes the gradients of the inputs from that of the output.</summary>
    /// <remarks>If it is made of differentiable operators, the operator has gradients of gradients too.</remarks>
    /// <param name="context">What the forward pass kept.</param>
    /// <param name="gradient">The gradient of the output.</param>
    /// <returns>One gradient for each input, of its shape, element type and device, or the backward pass says what does not fit; null for
    /// inputs that have none.</returns>
    protected abstract IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient);

    /// <summary>Runs the operator and gives it its place in the graph.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <exception cref="InvalidOperationException">Forward returned null, or one of its inputs instead of a new tensor.</exception>
    public Tensor Apply(params ReadOnlySpan<Tensor> inputs) => CustomNode.Apply(
        Name, (context, given) => [Forward(context, given)], (context, gradients) => Backward(context, gradients[0]!), inputs)[0];
}
