namespace DeepSharp;

/// <summary>A differentiable operator of your own with several results, such as a maximum and its place, or the two states of a cell.</summary>
/// <remarks>The operator runs backward once, when the gradients of all its results are there. Otherwise as <see cref="CustomOp"/>.</remarks>
public abstract class CustomMultiOp
{
    /// <summary>The operator's name, for messages.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Computes the results, each a tensor of its own. No graph is recorded meanwhile.</summary>
    /// <param name="context">Keeps tensors for the backward pass, and notes results that have no gradient; integers and masks have none
    /// anyway.</param>
    /// <param name="inputs">The inputs.</param>
    protected abstract IReadOnlyList<Tensor> Forward(CustomContext context, IReadOnlyList<Tensor> inputs);

    /// <summary>Computes the gradients of the inputs from those of the results.</summary>
    /// <remarks>If it is made of differentiable operators, the operator has gradients of gradients too.</remarks>
    /// <param name="context">What the forward pass kept.</param>
    /// <param name="gradients">
    /// One for each result, in order: null, which stands for zeros, for one that what is differentiated does not depend on or that has no
    /// gradient. At least one is not null.
    /// </param>
    /// <returns>One gradient for each input, of its shape, element type and device, or the backward pass says what does not fit; null for
    /// inputs that have none.</returns>
    protected abstract IReadOnlyList<Tensor?> Backward(CustomContext context, IReadOnlyList<Tensor?> gradients);

    /// <summary>Runs the operator and gives its results their places in the graph.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <returns>The results, in the order of Forward.</returns>
    /// <exception cref="InvalidOperationException">Forward returned null, one of its inputs, or a tensor twice.</exception>
    public Tensor[] Apply(params ReadOnlySpan<Tensor> inputs) => CustomNode.Apply(Name, Forward, Backward, inputs);
}
