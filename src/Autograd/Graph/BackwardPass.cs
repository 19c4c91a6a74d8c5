namespace DeepSharp;

/// <summary>Walks a graph against the order in which it was made, so that each node has its whole gradient before it acts.</summary>
internal sealed class BackwardPass
{
    private static long s_passes;

    [ThreadStatic]
    private static BackwardPass? t_current;

    [ThreadStatic]
    private static List<Node>? t_spare;

    private readonly long _number = Interlocked.Increment(ref s_passes);
    private readonly bool _createGraph;
    private readonly long _floor;
    private Dictionary<LeafNode, int>? _hooked;
    private Node? _acting;

    private BackwardPass(bool createGraph, long floor)
    {
        _createGraph = createGraph;
        _floor = floor;
    }

    /// <summary>The number of the pass under way on this thread.</summary>
    internal static long Current => t_current?._number ?? 0;

    /// <summary>The number of the latest pass of any thread.</summary>
    internal static long Latest => Interlocked.Read(ref s_passes);

    /// <summary>
    /// Runs a pass from an output. Without targets, leaves add up their gradients; with targets, only the nodes that lead to
    /// them act, and their gradients are the result. The pass ends at nodes whose number is below the floor.
    /// </summary>
    internal static Tensor?[] Run(
        Tensor output, Tensor? seed, Node[]? targets, bool createGraph, bool retainGraph, long floor = 0)
    {
        if (output.IsDisposed)
        {
            throw new ObjectDisposedException(
                nameof(Tensor),
                $"Backward: the tensor {output.Shape} made by {output.Origin} has been freed, by Dispose or at the end of the scope (Tensor.Scope(), or a "
                + "step of Batches) in which it was computed, and the graph behind it as well. Call Backward inside the scope: Keep() moves values "
                + "out of it, not the graph.");
        }

        Node root = output.Node as Node ?? throw new InvalidOperationException(
            $"Backward: the tensor {output.Shape} made by {output.Origin} takes no part in a graph. Some input must be a "
            + "parameter or have RequireGrad(), no NoGrad may be open, and the scope in which it was computed must not have ended: Keep() moves "
            + "values out of a scope, not the graph behind them.");
        if (seed is not null && seed.Shape != output.Shape)
        {
            throw new ArgumentException($"Backward: the gradient has shape {seed.Shape}, the output {output.Shape}.", nameof(seed));
        }

        if (seed is not null && (seed.DType != output.DType || !ReferenceEquals(seed.Device, output.Device)))
        {
            throw new ArgumentException(
                $"Backward: the gradient is {seed.DType} on {seed.Device}, the output {output.DType} on {output.Device}. Convert it with To.",
                nameof(seed));
        }

        if (seed is null && output.Count != 1)
        {
            throw new InvalidOperationException(
                $"Backward: the output has shape {output.Shape}, not one element. Reduce it with Sum() or Mean(), or pass its gradient.");
        }

        BackwardPass pass = new(createGraph, floor);
        BackwardPass? outer = t_current;
        List<Node> order = t_spare ?? [];
        t_spare = null;
        t_current = pass;
        Tensor?[] results = new Tensor?[targets?.Length ?? 0];
        try
        {
            for (int i = 0; i < results.Length; i++)
            {
                targets![i].Target = i;
            }

            pass.Collect(root, order, targets is not null);
            if (targets is null)
            {
                pass.FindHooks(order);
            }

            using GradMode.Restore mode = GradMode.Set(createGraph);
            using MixedPrecision.Restoration precision = MixedPrecision.Suspend();
            Tensor first = seed is not null ? seed.Alias(seed.Shape, seed.Strides.ToArray(), seed.Operand.Offset, seed.Origin)
                : targets is null ? UnitGradient.Like(output)
                : Tensor.OnesLike(output);
            first.Node = seed?.Node;
            root.Pending = first;
            pass.Walk(order, results, retainGraph || createGraph);
            pass.TellEnd();
            root.RootOf = targets is null && retainGraph ? pass._number : root.RootOf;
        }
        finally
        {
            foreach (Node node in order)
            {
                node.Forget();
                if (node is LeafNode leaf)
                {
                    leaf.Awaited = 0;
                }
            }

            foreach (Node node in targets ?? [])
            {
                node.Target = -1;
            }

            order.Clear();
            t_spare = order;
            t_current = outer;
        }

        return results;
    }

    /// <summary>Whether a pass later than one with this number began in an output's graph, added to the leaves' gradients and left the graph, so
    /// that another pass from the output adds the same once more.</summary>
    internal static bool HasBegunIn(Node output, long later)
    {
        // Most functions run no pass, and cost nothing.
        if (Latest == later)
        {
            return false;
        }

        HashSet<Node> seen = [output];
        Stack<Node> open = new(seen);
        while (open.TryPop(out Node? node))
        {
            if (node.RootOf > later)
            {
                return true;
            }

            foreach (Node? input in node.Inputs)
            {
                if (input is not null && seen.Add(input))
                {
                    open.Push(input);
                }
            }
        }

        return false;
    }

    internal static void Deliver(Node node, Tensor gradient)
    {
        BackwardPass pass = t_current!;
        if (node.Visited != pass._number)
        {
            return;
        }

        AnomalyMode.CheckGradient(pass._acting?.Name, gradient);

        if (!pass._createGraph)
        {
            gradient.Keep();
        }

        if (node.Pending is not { } sum)
        {
            node.Pending = gradient;
            return;
        }

        Tensor total = sum + gradient;
        if (!pass._createGraph)
        {
            total.Keep();
            sum.Dispose();
            gradient.Dispose();
        }

        node.Pending = total;
    }

    private void Walk(List<Node> order, Tensor?[] results, bool retainGraph)
    {
        // Temporaries of each node go back to the pool before the next one acts, unless a graph will remember them.
        using TensorScope? scope = _createGraph ? null : TensorScope.Open();
        foreach (Node node in order)
        {
            Act(node, results, retainGraph);
            if (_hooked is not null)
            {
                Settle(node);
            }

            scope?.Clear();
        }
    }

    private void Act(Node node, Tensor?[] results, bool retainGraph)
    {
        if (node.Pending is not { } gradient)
        {
            return;
        }

        node.Pending = null;
        if (node.Order < _floor)
        {
            if (node.Target >= 0)
            {
                results[node.Target] = gradient;
            }

            return;
        }

        if (node.IsReleased)
        {
            throw new InvalidOperationException(node.IsUsed
                ? $"Backward: what {node.Name} saved has been freed by an earlier backward pass. Pass retainGraph: true to that pass, or compute "
                + "the output again. An optimizer's Step(() => loss) calls Backward itself."
                : $"Backward: what {node.Name} saved has been freed, since the scope (Tensor.Scope(), or a step of Batches) in which it was computed "
                + "has ended. Call Backward inside the scope: Keep() moves values out of it, not the graph behind them.");
        }

        if (node.Target >= 0)
        {
            results[node.Target] = gradient;
        }

        _acting = node;
        node.Backward(gradient);
        if (!_createGraph && node.Target < 0)
        {
            gradient.Dispose();
        }

        if (!retainGraph && node is not LeafNode)
        {
            node.Use();
        }
    }

    // Leaves are the oldest nodes and would all act last. Those whose gradients somebody waits for act when their last use has: so the pass counts uses.
    private void FindHooks(List<Node> order)
    {
        foreach (Node node in order)
        {
            if (node is LeafNode { Hooks.Length: > 0 } leaf)
            {
                (_hooked ??= []).Add(leaf, leaf.Changes);
            }

            foreach (Node? input in node.Inputs)
            {
                if (input is LeafNode { Hooks.Length: > 0 } used)
                {
                    used.Awaited++;
                }
            }
        }
    }

    private void Settle(Node node)
    {
        foreach (Node? input in node.Inputs)
        {
            if (input is LeafNode { Hooks.Length: > 0 } leaf && --leaf.Awaited == 0)
            {
                Act(leaf, [], retainGraph: true);
                Tell(leaf);
            }
        }

        // A leaf that the pass begins at.
        if (node is LeafNode { Hooks.Length: > 0 } own)
        {
            Tell(own);
        }
    }

    private void Tell(LeafNode leaf)
    {
        if (_hooked!.TryGetValue(leaf, out int before) && leaf.Changes != before)
        {
            _hooked[leaf] = leaf.Changes;
            foreach (GradientHook hook in leaf.Hooks)
            {
                hook.Ready(leaf);
            }

            // What a hook has done to the gradient is no further one.
            _hooked[leaf] = leaf.Changes;
        }
    }

    private void TellEnd()
    {
        if (_hooked is not null)
        {
            foreach (GradientHook hook in _hooked.Keys.SelectMany(static leaf => leaf.Hooks).Distinct().ToArray())
            {
                hook.End();
            }
        }
    }

    // Depth first without recursion: a chain may be longer than the stack is deep. With targets, a node takes part if one of
    // its inputs does; inputs have smaller numbers, so one sweep in ascending order settles it.
    private void Collect(Node root, List<Node> order, bool onlyToTargets)
    {
        order.Add(root);
        root.Visited = _number;
        for (int next = 0; next < order.Count; next++)
        {
            foreach (Node? input in order[next].Order < _floor ? [] : order[next].Inputs)
            {
                if (input is not null && input.Visited != _number)
                {
                    input.Visited = _number;
                    order.Add(input);
                }
            }
        }

        order.Sort(static (a, b) => b.Order.CompareTo(a.Order));
        if (!onlyToTargets)
        {
            return;
        }

        for (int i = order.Count - 1; i >= 0; i--)
        {
            Node node = order[i];
            bool leads = node.Target >= 0;
            foreach (Node? input in node.Order < _floor ? [] : node.Inputs)
            {
                leads |= input is not null && input.Visited == _number;
            }

            node.Visited = leads ? _number : 0;
        }
    }
}
