using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DeepSharp.Persistence;

/// <summary>The elements of tensors to and from streams, in row-major order.</summary>
internal static class TensorBytes
{
    /// <summary>Writes the elements, least significant byte first.</summary>
    internal static void Write(Tensor tensor, Action<ReadOnlySpan<byte>> write) => ElementBytes.Write(tensor, (bytes, _) =>
    {
        if (BitConverter.IsLittleEndian)
        {
            write(bytes);
            return;
        }

        byte[] swapped = bytes.ToArray();
        Reverse(swapped, tensor.DType.Size);
        write(swapped);
    });

    /// <summary>Reads a tensor. Memory is taken in proportion to the bytes that are there.</summary>
    internal static Tensor Read(ByteSource source, ElementFormat format, Shape shape, Device? device, string what)
    {
        long total = (long)shape.Size * format.Size;
        source.Require(total, what);
        return ElementBytes.Read(
            shape, format.DType, device ?? Device.Default, "Load", isThere: source.Remaining is not null, (bytes, done) =>
            {
                source.Fill(bytes, what, done, total);
                FromFile(bytes, format);
            });
    }

    /// <summary>Makes elements of a file those of this machine.</summary>
    internal static void FromFile(Span<byte> bytes, ElementFormat format)
    {
        if (format.BigEndian == BitConverter.IsLittleEndian)
        {
            Reverse(bytes, format.Size);
        }

        if (format.DType == DType.Bool)
        {
            // A C# bool is 0 or 1; in a file any other byte may stand for true.
            foreach (ref byte value in bytes)
            {
                value = value != 0 ? (byte)1 : (byte)0;
            }
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
