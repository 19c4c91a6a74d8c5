namespace DeepSharp;

/// <summary>Gradients that have gradients, of an operator whose backward pass is a kernel: from the same function made of differentiable
/// operators.</summary>
internal static class ComposedGradient
{
    /// <summary>The gradients of a function's inputs, as parts of a graph that leads to the inputs and to the gradients of the outputs.</summary>
    /// <param name="inputs">The inputs, with their places in the graph.</param>
    /// <param name="gradients">Those of the outputs; null for zeros.</param>
    /// <param name="function">The function, made of differentiable operators.</param>
    /// <returns>One for each input; null for those that have no place in a graph or that the outputs do not depend on.</returns>
    internal static Tensor?[] Of(Tensor[] inputs, IReadOnlyList<Tensor?> gradients, Func<Tensor[], IReadOnlyList<Tensor>> function)
    {
        // The inner pass ends at nodes of its own, so that it leaves the notes of the pass under way alone, and tells apart inputs
        // that are one tensor.
        Tensor[] ends = Array.ConvertAll(inputs, End);
        Tensor?[] seeds = [.. gradients.Select(static gradient => gradient is null ? null : End(gradient))];
        long floor = Node.NextOrder;
        IReadOnlyList<Tensor> outputs = function(ends);
        Tensor? total = null;
        for (int i = 0; i < seeds.Length; i++)
        {
            if (seeds[i] is { } seed)
            {
                Tensor part = (outputs[i] * seed).Sum();
                total = total is null ? part : total + part;
            }
        }

        Tensor?[] results = new Tensor?[inputs.Length];
        int[] wanted = [.. Enumerable.Range(0, inputs.Length).Where(i => ends[i].Node is not null)];
        if (total?.Node is not null && wanted.Length > 0)
        {
            Node[] targets = Array.ConvertAll(wanted, i => (Node)ends[i].Node!);
            Tensor?[] found = BackwardPass.Run(total, null, targets, createGraph: true, retainGraph: true, floor);
            for (int i = 0; i < wanted.Length; i++)
            {
                results[wanted[i]] = found[i];
            }
        }

        return results;
    }

    private static Tensor End(Tensor tensor)
    {
        Tensor end = tensor.Detach();
        if (tensor.Node is not null)
        {
            new CopyNode(tensor).Attach(end);
        }

        return end;
    }
}
