using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Changes in place. No gradient flows through them: use them on tensors that no graph needs.</content>
public partial class Tensor
{
    /// <summary>Sets all elements to a value.</summary>
    /// <param name="value">The value, converted to the element type.</param>
    public void Fill(double value)
    {
        CountChange();
        if (IsContiguous)
        {
            Kernels.Fill.Value(Operand, value);
            return;
        }

        using Tensor one = Full(DeepSharp.Shape.Scalar, value, DType, Device);
        CopyFrom(one);
    }

    /// <summary>Whether the elements have been changed in place since <see cref="Hold"/> made this handle on them.</summary>
    internal bool HasChanged => Storage.Version != _version;

    /// <summary>Tells graphs that saved the elements that these are no longer what they were.</summary>
    internal void CountChange() => Storage.CountChange();

    /// <summary>Adds scale * other to the elements.</summary>
    /// <param name="other">A tensor of the same element type and device, which is broadcast.</param>
    /// <param name="scale">The factor.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public void AddInPlace(Tensor other, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.DType != DType || !ReferenceEquals(other.Device, Device))
        {
            throw new ArgumentException(
                $"AddInPlace: {other.Shape} of {other.DType} on {other.Device} cannot be added to {Shape} of {DType} on {Device}. Convert it "
                + $"with {(other.DType != DType ? "To(DType)" : "To(Device)")}.", nameof(other));
        }

        if (DType is DType.Bool or DType.UInt8)
        {
            throw new ArgumentException($"AddInPlace: there is no arithmetic on {DType} {Shape}. Convert both with To(DType.Int32).", nameof(other));
        }

        if (other.Shape != Shape && DeepSharp.Shape.Broadcast(Shape, other.Shape, nameof(AddInPlace)) != Shape)
        {
            throw new ArgumentException(
                $"AddInPlace: {other.Shape} is larger than {Shape}, which it is added to. Sum or slice it.", nameof(other));
        }

        Operand own = Operand;
        if (other.Shape == Shape && (ReferenceEquals(other, this) || !ReferenceEquals(other.Storage.Block, Storage.Block)))
        {
            CountChange();
            Elementwise.RunNumeric(new AddScaled(scale), own, own, other.Operand, own);
            return;
        }

        using TensorScope scope = Scope();
        using Tensor values = other.Hold();
        Operand expanded = Apart(values).Expand(Shape).Operand;
        CountChange();
        Elementwise.RunNumeric(new AddScaled(scale), own, own, expanded, own);
    }
}
