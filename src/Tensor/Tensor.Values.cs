using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Values between the host and the tensor. These wait for the device.</content>
public partial class Tensor
{
    /// <summary>The elements in row-major order.</summary>
    /// <typeparam name="T">The C# type of the element type: float, double, <see cref="Half"/>, byte, int, long
    /// or bool; <see cref="BF16"/> for <see cref="DType.BFloat16"/>, which .NET 10 has no type for.</typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's element type.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than an array of .NET holds, 2,147,483,591.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        Require<T>(nameof(ToArray));
        if (Count > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"ToArray: {Shape} has {Count:N0} elements, and an array of .NET holds at most {Array.MaxLength:N0}. Copy parts, such as x[..n].");
        }

        T[] values = new T[Count];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>Writes the elements, in row-major order, into a span.</summary>
    /// <inheritdoc cref="ToArray{T}"/>
    public void CopyTo<T>(Span<T> target)
        where T : unmanaged
    {
        Require<T>(nameof(CopyTo));
        if (target.Length < Count)
        {
            throw new ArgumentException($"CopyTo: {Count} elements of {Shape} do not fit into {target.Length}.", nameof(target));
        }

        if (IsContiguous)
        {
            Storage.Block.Download(target[..Count], _offset);
            return;
        }

        using Tensor copy = Uninitialized(Shape, DType, Device, nameof(CopyTo));
        StridedCopy.Run(copy.Operand, Operand);
        copy.Storage.Block.Download(target[..Count], 0);
    }

    /// <summary>Overwrites the elements with values in row-major order.</summary>
    /// <exception cref="ArgumentException">Number or type of the values do not fit.</exception>
    /// <exception cref="InvalidOperationException">The tensor is expanded: several elements are one in memory.</exception>
    public void CopyFrom<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Require<T>(nameof(CopyFrom));
        if (values.Length != Count)
        {
            throw new ArgumentException($"CopyFrom: {values.Length} values do not fill the shape {Shape}.", nameof(values));
        }

        RequireOwnElements(nameof(CopyFrom));
        CountChange();
        if (IsContiguous)
        {
            Storage.Block.Upload(values, _offset);
            return;
        }

        using Tensor copy = From(values, Shape, Device);
        StridedCopy.Run(Operand, copy.Operand);
    }

    /// <summary>The elements of a tensor on the CPU as they are in memory, to be read and changed in place without a copy.</summary>
    /// <remarks>For code outside DeepSharp that works on memory: a library, a file, a network. The memory does not move, and is valid until the
    /// tensor is freed. The call counts as a change of the elements, so ask again for each change: a backward pass that needs the old ones says so.</remarks>
    /// <inheritdoc cref="ToArray{T}"/>
    /// <exception cref="InvalidOperationException">The tensor is not on the CPU, or its elements do not stand one behind the other.</exception>
    public unsafe Span<T> HostSpan<T>()
        where T : unmanaged
    {
        Require<T>(nameof(HostSpan));
        if (!Device.IsHost || !IsContiguous)
        {
            throw new InvalidOperationException(Device.IsHost
                ? $"HostSpan: the elements of {Shape} do not stand one behind the other in memory. Take Contiguous() of it."
                : $"HostSpan: the tensor {Shape} is on {Device}, not in the host's memory. Copy it with To(Device.Cpu), or with CopyTo and CopyFrom.");
        }

        CountChange();
        return new Span<T>(Storage.Block.Host<T>(_offset), Count);
    }

    /// <summary>Overwrites the elements with those of another tensor, which is broadcast and converted as needed.</summary>
    /// <remarks>No gradient flows through it.</remarks>
    /// <exception cref="ArgumentException">The other shape does not broadcast to this one.</exception>
    /// <exception cref="InvalidOperationException">The tensor is expanded: several elements are one in memory.</exception>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireOwnElements(nameof(CopyFrom));
        using TensorScope scope = Scope();
        using Tensor values = source.Hold();
        Tensor converted = values.To(DType).To(Device);
        Operand expanded = CopyIfShared(converted).Expand(Shape).Operand;
        CountChange();
        StridedCopy.Run(Operand, expanded);
    }

    /// <summary>The one element of the tensor, as a double.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    public double Item()
    {
        if (Count != 1)
        {
            throw new InvalidOperationException($"Item: the shape {Shape} has {Count} elements, not one. Index it first.");
        }

        Operand operand = Operand;
        switch (DType)
        {
            case DType.Float32:
                return One<float>(operand);
            case DType.Float64:
                return One<double>(operand);
            case DType.Float16:
                return F16.ToDouble(One<F16>(operand));
            case DType.BFloat16:
                return BF16.ToDouble(One<BF16>(operand));
            case DType.Int32:
                return One<int>(operand);
            case DType.Int64:
                return One<long>(operand);
            default:
                return One<byte>(operand);
        }
    }

    /// <summary>Shape, element type, device and the values as NumPy prints them.</summary>
    public override string ToString() => IsDisposed
        ? $"Tensor {DType} {Shape} made by {Origin}, freed"
        : TensorFormatter.Format(this);

    private static T One<T>(in Operand operand)
        where T : unmanaged
    {
        T value = default;
        operand.Block.Download(new Span<T>(ref value), operand.Offset);
        return value;
    }

    // A tensor to read while this one is written: a copy if both are in one piece of memory.
    private Tensor CopyIfShared(Tensor other) => ReferenceEquals(other.Storage.Block, Storage.Block) ? other.Clone() : other;

    private void Require<T>(string operation)
        where T : unmanaged
    {
        if (DType.Of<T>() != DType)
        {
            throw new ArgumentException(
                $"{operation}: the tensor holds {DType}, not {typeof(T).Name}. Convert it with To(DType.{DType.Of<T>()}).");
        }
    }
}
