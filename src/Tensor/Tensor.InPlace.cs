using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Changes in place. No gradient flows through them: use them on tensors that no graph needs.</content>
public partial class Tensor
{
    /// <summary>Sets all elements to a value.</summary>
    /// <param name="value">The value, converted to the element type.</param>
    public void Fill(double value)
    {
        if (IsContiguous)
        {
            Kernels.Fill.Value(Operand, value);
            return;
        }

        using Tensor one = Full(DeepSharp.Shape.Scalar, value, DType, Device);
        CopyFrom(one);
    }

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
                $"AddInPlace: {other.DType} on {other.Device} cannot be added to {DType} on {Device}. Convert it with To.", nameof(other));
        }

        if (DType is DType.Bool or DType.UInt8)
        {
            throw new ArgumentException($"AddInPlace: there is no arithmetic on {DType}. Convert with To(DType.Int32).");
        }

        Operand own = Operand;
        if (other.Shape == Shape)
        {
            Elementwise.RunNumeric(new AddScaled(scale), own, own, other.Operand, own);
            return;
        }

        using Tensor wide = other.Hold();
        using Tensor expanded = wide.Expand(Shape);
        Elementwise.RunNumeric(new AddScaled(scale), own, own, expanded.Operand, own);
    }
}
