namespace DeepSharp;

/// <summary>A tensor that training changes: it collects its gradient and belongs to no scope.</summary>
/// <remarks>
/// An optimizer packs its parameters into one flat arena, and their gradients into another, so that a step is one kernel
/// launch; the parameter then is a view of the arena. Its identity, shape and values do not change by that.
/// </remarks>
public sealed class Parameter : Tensor
{
    private readonly LeafNode _leaf;

    /// <summary>A parameter with initial values, which are copied.</summary>
    /// <param name="initial">The initial values, Float32 or Float64.</param>
    /// <exception cref="ArgumentException">The values are of another type.</exception>
    public Parameter(Tensor initial)
        : base(CopyOf(initial, out Shape shape, out DType dtype), shape, shape.RowMajorStrides(), 0, dtype, nameof(Parameter), scoped: false)
    {
        _leaf = new LeafNode(nameof(Parameter), Shape, DType, Device);
        Node = _leaf;
    }

    /// <summary>
    /// Whether training changes the parameter. A frozen one takes no gradient; an optimizer that has it leaves it, and its state, as
    /// they are until it is trained again.
    /// </summary>
    public bool IsTrainable
    {
        get => Node is not null;
        set => Node = value ? _leaf : null;
    }

    /// <summary>The arena the parameter is packed into, if any.</summary>
    internal ParameterArena? Arena { get; private set; }

    /// <summary>The first element of the parameter in its arena.</summary>
    internal int ArenaOffset { get; private set; }

    internal LeafNode Leaf => _leaf;

    internal void MoveInto(ParameterArena arena, int offset)
    {
        Tensor values = arena.Values.Narrow(0, offset, Count);
        Kernels.StridedCopy.Run(values.Reshape(Shape).Operand, Operand);
        // Parts of their own: a change of one parameter, or of its gradient, is none of its neighbours'.
        _leaf.Use(arena.Gradients.Part(Shape, offset, nameof(Parameter)));
        Repoint(values.Storage.Part(), offset);
        values.Dispose();
        Arena = arena;
        ArenaOffset = offset;
    }

    private static Storage CopyOf(Tensor initial, out Shape shape, out DType dtype)
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (initial.DType is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException(
                $"Parameter: is trained in Float32 or Float64, not {initial.DType}. Convert with To(DType.Float32).", nameof(initial));
        }

        shape = initial.Shape;
        dtype = initial.DType;
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        using Tensor copy = Tensor.Uninitialized(shape, dtype, initial.Device, nameof(Parameter));
        Kernels.StridedCopy.Run(copy.Operand, initial.Operand);
        return copy.Storage.Share();
    }
}
