using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp.Distributed;

/// <summary>Where the elements of a tensor are for the library: in place on the CPU, else in memory of the host that does not move.</summary>
internal sealed unsafe class Staged
{
    private readonly Tensor _tensor;
    private readonly byte[]? _staging;

    /// <summary>Finds the memory of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="operation">Who asks, for messages.</param>
    /// <param name="read">Whether its elements are sent.</param>
    /// <param name="buffer">Memory that does not move, to go by way of; null where the tensor is on the CPU, or for new memory.</param>
    internal Staged(Tensor tensor, string operation, bool read, byte[]? buffer = null)
    {
        _tensor = tensor;
        if (!tensor.IsContiguous)
        {
            throw new ArgumentException($"{operation}: the elements of {tensor.Shape} do not stand one behind the other in memory. Take Contiguous() of it.");
        }

        if (buffer is null && ReferenceEquals(tensor.Device, Device.Cpu))
        {
            Pointer = (byte*)OnHost(tensor);
            return;
        }

        _staging = buffer ?? GC.AllocateUninitializedArray<byte>(Math.Max(1, checked(tensor.Count * tensor.DType.Size)), pinned: true);
        Pointer = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_staging, 0);
        if (read)
        {
            Move(toHost: true);
        }
    }

    internal byte* Pointer { get; }

    /// <summary>The elements as bytes.</summary>
    internal Span<byte> Bytes => new(Pointer, checked(_tensor.Count * _tensor.DType.Size));

    /// <summary>How to send the elements as they are: so many of a type of the library.</summary>
    internal (int Count, nint Type) Units => _tensor.DType.Size switch
    {
        8 => (_tensor.Count, Mpi.Family.Int64),
        4 => (_tensor.Count, Mpi.Family.Int32),
        int size => (checked(_tensor.Count * size), Mpi.Family.Byte),
    };

    /// <summary>Puts what has come where it belongs.</summary>
    internal void Return()
    {
        if (_staging is not null)
        {
            Move(toHost: false);
        }
    }

    private static void* OnHost(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => At<float>(tensor),
        DType.Float64 => At<double>(tensor),
        DType.Float16 => At<Half>(tensor),
        DType.BFloat16 => At<BF16>(tensor),
        DType.Int32 => At<int>(tensor),
        DType.Int64 => At<long>(tensor),
        DType.UInt8 => At<byte>(tensor),
        _ => At<bool>(tensor),
    };

    private static void* At<T>(Tensor tensor)
        where T : unmanaged => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.HostSpan<T>()));

    private void Move(bool toHost)
    {
        switch (_tensor.DType)
        {
            case DType.Float32:
                Move<float>(toHost);
                break;
            case DType.Float64:
                Move<double>(toHost);
                break;
            case DType.Float16:
                Move<Half>(toHost);
                break;
            case DType.BFloat16:
                Move<BF16>(toHost);
                break;
            case DType.Int32:
                Move<int>(toHost);
                break;
            case DType.Int64:
                Move<long>(toHost);
                break;
            case DType.UInt8:
                Move<byte>(toHost);
                break;
            default:
                Move<bool>(toHost);
                break;
        }
    }

    private void Move<T>(bool toHost)
        where T : unmanaged
    {
        Span<T> elements = MemoryMarshal.Cast<byte, T>(_staging.AsSpan())[.._tensor.Count];
        if (toHost)
        {
            _tensor.CopyTo(elements);
        }
        else
        {
            _tensor.CopyFrom((ReadOnlySpan<T>)elements);
        }
    }
}
