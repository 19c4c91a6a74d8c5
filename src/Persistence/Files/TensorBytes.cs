using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp.Persistence;

/// <summary>The elements of tensors to and from streams, in row-major order.</summary>
internal static class TensorBytes
{
    /// <summary>Writes the elements, least significant byte first. Takes host memory for one copy of them.</summary>
    internal static void Write(Stream target, Tensor tensor)
    {
        switch (tensor.DType)
        {
            case DType.Float32:
                Write<float>(target, tensor);
                break;
            case DType.Float64:
                Write<double>(target, tensor);
                break;
            case DType.Float16:
                Write<Half>(target, tensor);
                break;
            case DType.BFloat16:
                Write<BF16>(target, tensor);
                break;
            case DType.Int32:
                Write<int>(target, tensor);
                break;
            case DType.Int64:
                Write<long>(target, tensor);
                break;
            case DType.UInt8:
                Write<byte>(target, tensor);
                break;
            default:
                Write<bool>(target, tensor);
                break;
        }
    }

    /// <summary>Reads a tensor. Host memory is taken for the bytes that are there; the tensor is made when all of them are.</summary>
    internal static Tensor Read(ByteSource source, ElementFormat format, Shape shape, Device? device, string what)
    {
        IEnumerable<ArraySegment<byte>> chunks = source.ReadChunks((long)shape.Size * format.Size, what);
        Tensor made = Tensor.Zeros(shape, format.DType, device);
        if (shape.Size == 0)
        {
            return made;
        }

        try
        {
            using Tensor flat = made.Reshape(new Shape(shape.Size));
            int done = 0;
            foreach (ArraySegment<byte> chunk in chunks)
            {
                using Tensor part = flat.Narrow(0, done, chunk.Count / format.Size);
                Put(part, chunk, format);
                done += part.Count;
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A tensor's shape from the lengths in a file, or null where they are more or longer than a tensor may have.
    /// </summary>
    internal static Shape? ShapeOf(IReadOnlyList<long> lengths)
    {
        if (lengths.Count > Shape.MaxRank)
        {
            return null;
        }

        // Empty axes are left out of the product, so that the strides of an empty tensor are in range too.
        int[] dims = new int[lengths.Count];
        long extent = 1;
        for (int axis = 0; axis < dims.Length; axis++)
        {
            if (lengths[axis] > int.MaxValue || (extent *= Math.Max(1, lengths[axis])) > int.MaxValue)
            {
                return null;
            }

            dims[axis] = (int)lengths[axis];
        }

        return new Shape(dims);
    }

    private static void Write<T>(Stream target, Tensor tensor)
        where T : unmanaged
    {
        ReadOnlySpan<T> rest = tensor.ToArray<T>();
        while (rest.Length > 0)
        {
            int count = Math.Min(rest.Length, ByteSource.ChunkSize / Marshal.SizeOf<long>());
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(rest[..count]);
            if (BitConverter.IsLittleEndian)
            {
                target.Write(bytes);
            }
            else
            {
                byte[] swapped = bytes.ToArray();
                Reverse(swapped, tensor.DType.Size);
                target.Write(swapped);
            }

            rest = rest[count..];
        }
    }

    private static void Put(Tensor target, Span<byte> bytes, ElementFormat format)
    {
        if (format.BigEndian == BitConverter.IsLittleEndian)
        {
            Reverse(bytes, format.Size);
        }

        switch (format.DType)
        {
            case DType.Float16:
                target.CopyFrom<Half>(MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case DType.BFloat16:
                target.CopyFrom<BF16>(MemoryMarshal.Cast<byte, BF16>(bytes));
                break;
            case DType.Float32:
                target.CopyFrom<float>(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case DType.Float64:
                target.CopyFrom<double>(MemoryMarshal.Cast<byte, double>(bytes));
                break;
            case DType.Int32:
                target.CopyFrom<int>(MemoryMarshal.Cast<byte, int>(bytes));
                break;
            case DType.Int64:
                target.CopyFrom<long>(MemoryMarshal.Cast<byte, long>(bytes));
                break;
            case DType.UInt8:
                target.CopyFrom<byte>(bytes);
                break;
            default:
                // A C# bool is 0 or 1; in a file any other byte may stand for true.
                foreach (ref byte value in bytes)
                {
                    value = value != 0 ? (byte)1 : (byte)0;
                }

                target.CopyFrom<bool>(MemoryMarshal.Cast<byte, bool>(bytes));
                break;
        }
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                Span<short> shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<int> ints = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                Span<long> longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
            default:
                break;
        }
    }
}
