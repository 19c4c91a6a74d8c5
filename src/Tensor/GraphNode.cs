namespace DeepSharp;

/// <summary>
/// A tensor's place in a graph of gradients. The tensor library knows only this much of it: how a view joins the graph of its
/// source, and that a scope ends it.
/// </summary>
public abstract class GraphNode
{
    private protected GraphNode()
    {
    }

    /// <summary>The view shows the source's elements in another shape, in the same order.</summary>
    internal abstract void AttachReshape(Tensor source, Tensor view);

    /// <summary>Axis i of the view is axis <paramref name="axes"/>[i] of the source.</summary>
    internal abstract void AttachPermute(Tensor source, Tensor view, int[] axes);

    /// <summary>Along each axis the view starts at an element and takes every step-th.</summary>
    internal abstract void AttachSlice(Tensor source, Tensor view, int[] starts, int[] steps);

    /// <summary>The view repeats the source along axes that it broadcasts.</summary>
    internal abstract void AttachExpand(Tensor source, Tensor view);

    /// <summary>The copy has the source's values, perhaps in another element type or on another device.</summary>
    internal abstract void AttachCopy(Tensor source, Tensor copy);

    /// <summary>The result has the source's slices of the first axis that indices name.</summary>
    internal abstract void AttachGather(Tensor source, Tensor result, Tensor indices);

    /// <summary>The scope that made the node ends: what it holds for the backward pass goes back.</summary>
    internal abstract void Release();
}
