namespace DeepSharp;

/// <summary>The same elements in another shape: so is the gradient.</summary>
internal sealed class ReshapeNode(Tensor source) : Node(nameof(Tensor.Reshape), source)
{
    private readonly Shape _shape = source.Shape;

    internal override void Backward(Tensor gradient) => Send(0, gradient.Reshape(_shape));
}

/// <summary>Axes in another order: the gradient's go back.</summary>
internal sealed class PermuteNode(Tensor source, int[] axes) : Node(nameof(Tensor.Permute), source)
{
    internal override void Backward(Tensor gradient)
    {
        int[] inverse = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            inverse[axes[i]] = i;
        }

        Send(0, gradient.Permute(inverse));
    }
}

/// <summary>A part of the elements: the others have no gradient.</summary>
internal sealed class SliceNode(Tensor source, int[] starts, int[] steps) : Node("Slice", source)
{
    private readonly Shape _shape = source.Shape;

    internal override void Backward(Tensor gradient) => Send(0, EmbedNode.Embed(gradient, _shape, starts, steps));
}

/// <summary>Elements repeated: their gradients add up.</summary>
internal sealed class ExpandNode(Tensor source) : Node(nameof(Tensor.Expand), source)
{
    private readonly Shape _shape = source.Shape;

    internal override void Backward(Tensor gradient) => Send(0, gradient.SumTo(_shape));
}

/// <summary>The same values, perhaps in another type or on another device.</summary>
internal sealed class CopyNode(Tensor source) : Node("Copy", source)
{
    private readonly DType _dtype = source.DType;
    private readonly Device _device = source.Device;

    internal override void Backward(Tensor gradient)
    {
        if (gradient.DType == _dtype && ReferenceEquals(gradient.Device, _device))
        {
            SendSame(0, gradient);
        }
        else
        {
            Send(0, gradient.To(_dtype).To(_device));
        }
    }
}

/// <summary>A part set into zeros, the transpose of slicing, or into another constant: its gradient is the slice.</summary>
internal sealed class EmbedNode(Tensor source, int[] starts, int[] steps) : Node("Embed", source)
{
    private readonly Shape _part = source.Shape;

    /// <summary>A constant of a shape with the part's elements where a slice would have taken them from.</summary>
    internal static Tensor Embed(Tensor part, Shape shape, int[] starts, int[] steps, double value = 0)
    {
        Tensor whole = value == 0 ? Tensor.Zeros(shape, part.DType, part.Device) : Tensor.Full(shape, value, part.DType, part.Device);
        Kernels.StridedCopy.Run(whole.Cut(starts, steps, part.Shape.ToArray()).Operand, part.Operand);
        return part.Records() ? new EmbedNode(part, starts, steps).Attach(whole) : whole;
    }

    internal override void Backward(Tensor gradient) => Send(0, gradient.Cut(starts, steps, _part.ToArray()));
}
