namespace DeepSharp;

/// <summary>A part of a graph that is made again when its gradients are wanted.</summary>
/// <remarks>Its inputs are the nodes at which the part began: those of its arguments, and of the parameters that it used.</remarks>
internal sealed class CheckpointNode : Node
{
    private readonly Func<IReadOnlyList<Tensor>, Tensor> _function;
    private readonly Node?[] _arguments;
    private readonly DrawLog _draws;
    private readonly DType _precision = MixedPrecision.Current?.DType ?? DType.Float32;

    internal CheckpointNode(Func<IReadOnlyList<Tensor>, Tensor> function, Tensor[] arguments, Node[] ends, DrawLog draws)
        : base(nameof(Checkpoint), ends)
    {
        _function = function;
        _arguments = Array.ConvertAll(arguments, static argument => argument.Node as Node);
        _draws = draws;
        Save(arguments);
    }

    /// <summary>The nodes below a floor that a graph ends at.</summary>
    internal static Node[] Ends(Node root, long floor)
    {
        HashSet<Node> seen = [root];
        List<Node> ends = [];
        Stack<Node> open = new([root]);
        while (open.TryPop(out Node? node))
        {
            if (node.Order < floor)
            {
                ends.Add(node);
                continue;
            }

            foreach (Node? input in node.Inputs)
            {
                if (input is not null && seen.Add(input))
                {
                    open.Push(input);
                }
            }
        }

        return [.. ends];
    }

    internal override void Backward(Tensor gradient)
    {
        Checkpoint.RequireStack();
        bool createGraph = Grad.IsEnabled;
        long floor = NextOrder;
        Tensor output;
        using (GradMode.Set(true))
        using (new MixedPrecision(_precision))
        using (_draws.Replay())
        {
            Tensor[] arguments = new Tensor[_arguments.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                arguments[i] = Rejoin(i, _arguments[i]);
            }

            output = Given.Required(nameof(Checkpoint), "the function's second result", _function(arguments));
        }

        if (output.Shape != gradient.Shape || output.DType != gradient.DType || !ReferenceEquals(output.Device, gradient.Device) || output.Node is null)
        {
            throw new InvalidOperationException(
                $"Checkpoint: the function gave a result of shape {gradient.Shape} of {gradient.DType} on {gradient.Device} first and {output.Shape} "
                + $"of {output.DType} on {output.Device} when it was called again{(output.Node is null ? ", which needs no gradient" : string.Empty)}. "
                + "It must do the same each time.");
        }

        Node?[] wanted = Inputs.Where((_, i) => Wants(i)).ToArray();
        Tensor?[] gradients = Inner(output, gradient, wanted!, createGraph, floor);
        for (int i = 0; i < wanted.Length; i++)
        {
            if (gradients[i] is { } own)
            {
                Send(Array.IndexOf(Inputs, wanted[i]), own);
            }
        }
    }

    // The nodes that the part begins at belong to the pass under way as well: what that has noted on them is put back.
    private static Tensor?[] Inner(Tensor output, Tensor gradient, Node[] wanted, bool createGraph, long floor)
    {
        (long Visited, int Target, Tensor? Pending)[] notes = Array.ConvertAll(wanted, static n => (n.Visited, n.Target, n.Pending));
        Array.ForEach(wanted, static node => node.Pending = null);
        try
        {
            return BackwardPass.Run(output, gradient, wanted, createGraph, retainGraph: false, floor);
        }
        finally
        {
            for (int i = 0; i < wanted.Length; i++)
            {
                (wanted[i].Visited, wanted[i].Target, wanted[i].Pending) = notes[i];
            }
        }
    }
}
