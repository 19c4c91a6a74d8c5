namespace DeepSharp;

/// <summary>Gradients as values.</summary>
public static partial class Grad
{
    /// <summary>Whether operators on this thread record a graph; <see cref="NoGrad"/> stops it.</summary>
    public static bool IsEnabled => GradMode.IsEnabled;

    /// <summary>The gradients of an output with respect to some tensors, which the pass leaves as they are.</summary>
    /// <param name="output">The output; one element, unless its gradient is given.</param>
    /// <param name="inputs">Tensors that the output was computed from.</param>
    /// <param name="createGraph">Whether the gradients are part of a graph, so that they have gradients themselves.</param>
    /// <param name="gradient">The gradient of the output; ones if null.</param>
    /// <param name="retainGraph">Whether the graph can be used again; always with <paramref name="createGraph"/>.</param>
    /// <returns>One gradient for each input, of its shape; zeros where the output does not depend on it.</returns>
    /// <exception cref="InvalidOperationException">The output or an input takes no part in a graph.</exception>
    public static Tensor[] Of(
        Tensor output, IReadOnlyList<Tensor> inputs, bool createGraph = false, Tensor? gradient = null, bool retainGraph = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        Node[] targets = new Node[inputs.Count];
        int[] places = new int[inputs.Count];
        int distinct = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(inputs[i], nameof(inputs));
            Node node = inputs[i].Node as Node ?? throw new InvalidOperationException(
                $"Grad.Of: input {i}, a tensor {inputs[i].Shape} made by {inputs[i].Origin}, takes no part in a graph. Call RequireGrad() "
                + "on it before it is used.");
            int place = Array.IndexOf(targets, node, 0, distinct);
            places[i] = place >= 0 ? place : distinct;
            targets[places[i]] = node;
            distinct = Math.Max(distinct, places[i] + 1);
        }

        Tensor?[] found = BackwardPass.Run(output, gradient, targets[..distinct], createGraph, retainGraph);
        Tensor[] results = new Tensor[inputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = found[places[i]] ?? Tensor.ZerosLike(inputs[i]);
        }

        return results;
    }

    /// <summary>The gradient of an output with respect to one tensor.</summary>
    /// <inheritdoc cref="Of(Tensor, IReadOnlyList{Tensor}, bool, Tensor?, bool)"/>
    public static Tensor Of(Tensor output, Tensor input, bool createGraph = false, Tensor? gradient = null, bool retainGraph = false) =>
        Of(output, [input], createGraph, gradient, retainGraph)[0];
}
