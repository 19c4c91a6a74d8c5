using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Elements or slices from where indices point: their gradients are added up there.</summary>
internal sealed class GatherNode : Node
{
    private readonly Shape _shape;
    private readonly int _axis;
    private readonly bool _slices;
    private readonly int? _padding;

    internal GatherNode(string name, Tensor x, Tensor indices, int axis, bool slices, int? padding)
        : base(name, x)
    {
        _shape = x.Shape;
        _axis = axis;
        _slices = slices;
        _padding = padding;
        Save(indices);
    }

    /// <summary>Whole slices where <paramref name="slices"/> is set, and single elements along the axis otherwise.</summary>
    /// <param name="name">The operator.</param>
    /// <param name="x">What indices point into.</param>
    /// <param name="indices">The indices.</param>
    /// <param name="axis">The axis they point along.</param>
    /// <param name="slices">Whether slices are taken.</param>
    /// <param name="padding">An index whose slices, along the first axis, send no gradient.</param>
    internal static Tensor Run(string name, Tensor x, Tensor indices, int axis, bool slices, int? padding = null)
    {
        Tensor places = indices.Contiguous();
        Shape shape = slices
            ? Shape.OfResult(name, [.. x.Shape.AsSpan()[..axis], .. indices.Shape, .. x.Shape.AsSpan()[(axis + 1)..]])
            : indices.Shape;
        Tensor y = Tensor.Uninitialized(shape, x.DType, x.Device, name);
        Indexing.Gather(y.Operand, slices ? x.Contiguous().Operand : x.Operand, places.Operand, axis, slices, name);
        return x.Records() ? new GatherNode(name, x, places, axis, slices, padding).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor indices = Saved(0);
        if (_padding is { } padding)
        {
            int[] ones = [.. Enumerable.Repeat(1, gradient.Rank - indices.Rank)];
            gradient *= indices.NotEqual(padding).To(gradient.DType).Reshape([.. indices.Shape, .. ones]);
        }

        if (TryAccumulateInto(0, out Operand sum, out bool adds))
        {
            if (!adds)
            {
                Fill.Zero(sum);
            }

            ScatterAddNode.Add(sum, gradient, indices, _axis, _slices, Name);
        }
        else
        {
            Send(0, ScatterAddNode.Run(Name, null, _shape, gradient, indices, _axis, _slices));
        }
    }
}

/// <summary>Elements or slices added where indices point: their gradients are those of where they went.</summary>
internal sealed class ScatterAddNode : Node
{
    private readonly bool _hasTarget;
    private readonly int _axis;
    private readonly bool _slices;

    private ScatterAddNode(string name, Tensor? target, Tensor source, Tensor indices, int axis, bool slices)
        : base(name, target is null ? [source] : [target, source])
    {
        _hasTarget = target is not null;
        _axis = axis;
        _slices = slices;
        Save(indices);
    }

    /// <summary>The target, zeros if there is none, with the source added; the target itself is left as it is.</summary>
    internal static Tensor Run(string name, Tensor? target, Shape shape, Tensor source, Tensor indices, int axis, bool slices)
    {
        if (source.DType.IsHalfPrecision)
        {
            return Run(name, target?.HalfToSingle(), shape, source.HalfToSingle(), indices, axis, slices).To(target?.DType ?? source.DType);
        }

        Tensor places = indices.Contiguous();
        Tensor y = target is null ? Tensor.Zeros(shape, source.DType, source.Device) : target.Detach().Clone();
        Add(y.Operand, source, places, axis, slices, name);
        return target?.Records() == true || source.Records()
            ? new ScatterAddNode(name, target, source, places, axis, slices).Attach(y)
            : y;
    }

    internal static void Add(in Operand sum, Tensor source, Tensor indices, int axis, bool slices, string name) =>
        Indexing.ScatterAdd(sum, slices ? source.Contiguous().Operand : source.Operand, indices.Operand, axis, slices, name);

    internal override void Backward(Tensor gradient)
    {
        int source = _hasTarget ? 1 : 0;
        if (_hasTarget && Wants(0))
        {
            SendSame(0, gradient);
        }

        if (Wants(source))
        {
            Send(source, GatherNode.Run(Name, gradient, Saved(0), _axis, _slices));
        }
    }
}
