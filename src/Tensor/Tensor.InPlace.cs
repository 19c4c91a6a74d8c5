using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Changes in place. No gradient flows through them: use them on tensors that no graph needs.</content>
public partial class Tensor
{
    /// <summary>Sets all elements to a value.</summary>
    /// <param name="value">The value, which the element type must be able to hold, as in <see cref="Full"/>.</param>
    /// <exception cref="ArgumentException">The element type cannot hold the value.</exception>
    /// <exception cref="InvalidOperationException">The tensor is expanded: several elements are one in memory.</exception>
    public void Fill(double value)
    {
        _ = Constants.Checked(nameof(Fill), value, DType);
        RequireOwnElements(nameof(Fill));
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
    /// <param name="scale">The factor; for integers a whole number.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit, or the element type cannot hold the scale.</exception>
    /// <exception cref="InvalidOperationException">The tensor is expanded: several elements are one in memory.</exception>
    public void AddInPlace(Tensor other, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(other);
        RequireOwnElements(nameof(AddInPlace));
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

        if (DType.IsInteger)
        {
            _ = Constants.Checked(nameof(AddInPlace), scale, DType, nameof(scale));
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
            Elementwise.RunNumeric(new AddScaledOp(scale), own, own, other.Operand, own);
            return;
        }

        using TensorScope scope = Scope();
        using Tensor values = other.Hold();
        Operand expanded = CopyIfShared(values).Expand(Shape).Operand;
        CountChange();
        Elementwise.RunNumeric(new AddScaledOp(scale), own, own, expanded, own);
    }

    // Threads would write to one place, and the last one would win.
    private void RequireOwnElements(string operation)
    {
        for (int axis = 0; axis < Rank; axis++)
        {
            if (_strides[axis] == 0 && Shape[axis] > 1)
            {
                throw new InvalidOperationException(
                    $"{operation}: the elements of {Shape} along axis {axis} are one in memory, since the tensor was expanded, and cannot be "
                    + "changed one by one. Change what was expanded, or a Clone().");
            }
        }
    }
}
