using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// One operator's place in the graph of gradients: the nodes its inputs came from, and the tensors its backward pass needs.
/// </summary>
/// <remarks>
/// A node holds its saved tensors by handles of its own and gives them back as soon as a backward pass has used them, or when
/// the scope that made it ends.
/// </remarks>
internal abstract class Node : GraphNode
{
    private static long s_order;
    private Tensor?[] _saved = [];
    private int _savedInputs;

    private protected Node(string name, params ReadOnlySpan<Tensor> inputs)
    {
        Name = name;
        Order = Interlocked.Increment(ref s_order);
        Inputs = new Node?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            Inputs[i] = inputs[i].Node as Node;
        }
    }

    private protected Node(string name, Node?[] inputs)
    {
        Name = name;
        Order = Interlocked.Increment(ref s_order);
        Inputs = inputs;
    }

    /// <summary>Nodes made from now on have at least this number, those made before a smaller one.</summary>
    internal static long NextOrder => Interlocked.Read(ref s_order) + 1;

    /// <summary>The operator, for messages.</summary>
    internal string Name { get; }

    /// <summary>Nodes made later have a larger number, so that descending order is a reverse topological order.</summary>
    internal long Order { get; }

    /// <summary>Where the inputs came from; null for inputs that take no gradient.</summary>
    internal Node?[] Inputs { get; }

    /// <summary>The gradient that has arrived so far in the pass under way.</summary>
    internal Tensor? Pending { get; set; }

    /// <summary>The pass that last reached the node.</summary>
    internal long Visited { get; set; }

    /// <summary>Whether a pass has used the node up.</summary>
    internal bool IsUsed { get; private set; }

    /// <summary>The last pass that began here, added to the leaves' gradients and left the graph to be used again; 0 for none.</summary>
    internal long RootOf { get; set; }

    /// <summary>Whether a pass has used the node up, or its scope has ended.</summary>
    internal bool IsReleased { get; private set; }

    /// <summary>Whether the pass under way wants this node's gradient, and at which place of its results.</summary>
    internal int Target { get; set; } = -1;

    /// <summary>Sends the gradients of the inputs, given that of the output.</summary>
    internal abstract void Backward(Tensor gradient);

    /// <summary>Drops what has arrived in a pass that has ended.</summary>
    internal virtual void Forget() => Pending = null;

    /// <summary>A pass has used the node up: what it saved goes back.</summary>
    internal void Use()
    {
        IsUsed = true;
        Release();
    }

    internal override void Release()
    {
        IsReleased = true;
        foreach (Tensor? saved in _saved)
        {
            saved?.Dispose();
        }

        _saved = [];
    }

    internal override void AttachReshape(Tensor source, Tensor view) => Join(view, new ReshapeNode(source));

    internal override void AttachPermute(Tensor source, Tensor view, int[] axes) => Join(view, new PermuteNode(source, axes));

    internal override void AttachSlice(Tensor source, Tensor view, int[] starts, int[] steps) =>
        Join(view, new SliceNode(source, starts, steps));

    internal override void AttachExpand(Tensor source, Tensor view) => Join(view, new ExpandNode(source));

    internal override void AttachCopy(Tensor source, Tensor copy) => Join(copy, new CopyNode(source));

    internal override void AttachGather(Tensor source, Tensor result, Tensor indices) =>
        Join(result, new GatherNode("Index", source, indices, 0, slices: true, null));

    /// <summary>Makes this node the tensor's place in the graph.</summary>
    internal Tensor Attach(Tensor output)
    {
        output.Node = this;
        TensorScope.Current?.Add(this);
        AnomalyMode.CheckOutput(Name, output);
        return output;
    }

    /// <summary>Keeps inputs for the backward pass, in the order of the node's inputs.</summary>
    private protected void SaveInputs(params ReadOnlySpan<Tensor> inputs)
    {
        _savedInputs = inputs.Length;
        Save(inputs);
    }

    /// <summary>Keeps further tensors, behind the inputs.</summary>
    private protected void Save(params ReadOnlySpan<Tensor> tensors)
    {
        int start = _saved.Length;
        Array.Resize(ref _saved, start + tensors.Length);
        for (int i = 0; i < tensors.Length; i++)
        {
            _saved[start + i] = tensors[i].Hold();
        }
    }

    /// <summary>A saved tensor; an input again has its place in the graph, so that derivatives of derivatives flow.</summary>
    private protected Tensor Saved(int index) => Rejoin(index, index < _savedInputs ? Inputs[index] : null);

    /// <summary>A saved output of this node with its place in the graph.</summary>
    private protected Tensor SavedOutput(int index) => Rejoin(index, this);

    /// <summary>A saved tensor at a place in the graph, if the pass under way makes a graph.</summary>
    private protected Tensor Rejoin(int index, Node? node)
    {
        Tensor saved = _saved[index]!;
        if (saved.HasChanged)
        {
            throw new InvalidOperationException(
                $"Backward: the tensor {saved.Shape} made by {saved.Origin}, which {Name} saved, has been changed in place since, or a "
                + "tensor that shares its memory has; an optimizer's step changes its parameters in place. Change a Clone() of it, or "
                + "change it after the backward pass.");
        }

        if (!Grad.IsEnabled || node is null)
        {
            return saved;
        }

        Tensor joined = saved.Alias(saved.Shape, saved.Strides.ToArray(), saved.Operand.Offset, saved.Origin);
        joined.Node = node;
        return joined;
    }

    /// <summary>Whether input number <paramref name="input"/> wants a gradient in the pass under way.</summary>
    private protected bool Wants(int input) => Inputs[input] is { } node && node.Visited == BackwardPass.Current;

    /// <summary>
    /// The memory an input's gradient can be put in directly, without a tensor in between: that of a leaf, when no graph of the
    /// gradient is wanted. The caller adds to what is there, or writes all of it if there is nothing yet.
    /// </summary>
    private protected bool TryAccumulateInto(int input, out Operand gradient, out bool adds)
    {
        if (!Grad.IsEnabled && !AnomalyMode.IsOpen && Inputs[input] is LeafNode { Target: < 0, IsHalfPrecision: false } leaf)
        {
            gradient = leaf.GradientForUpdate(out adds);
            return true;
        }

        gradient = default;
        adds = false;
        return false;
    }

    /// <summary>Adds to the gradient of an input. The tensor must be the caller's own.</summary>
    private protected void Send(int input, Tensor gradient) => BackwardPass.Deliver(Inputs[input]!, gradient);

    /// <summary>Passes a gradient on unchanged: under a handle of its own.</summary>
    private protected void SendSame(int input, Tensor gradient)
    {
        Tensor own = gradient.Alias(gradient.Shape, gradient.Strides.ToArray(), gradient.Operand.Offset, gradient.Origin);
        own.Node = gradient.Node;
        Send(input, own);
    }

    private static void Join(Tensor output, Node node)
    {
        if (Grad.IsEnabled)
        {
            node.Attach(output);
        }
    }
}
