using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp.Exchange;

/// <summary>Makes tensors of what a file describes: views of storages become tensors of their own, in row-major order.</summary>
internal sealed class TorchReader(TorchArchive archive, Device? device, bool convert)
{
    private const int PieceSize = 1 << 20;

    /// <summary>Why a tensor becomes none here, or null if it does.</summary>
    internal string? MisfitOf(TorchTensor tensor) =>
        tensor.Type.DType is null && !(convert && tensor.Type.Foreign is not null)
            ? $"{tensor.Type.Name}{(tensor.Type.Foreign is { } foreign ? $", of which convert: true makes {foreign.Becomes}" : "")}, which no tensor has"
        : ShapeOf(tensor) is null ? $"the shape ({string.Join(", ", tensor.Sizes.Take(20))}), of more than {Shape.MaxRank} axes or {int.MaxValue} elements"
        : null;

    /// <summary>The bytes that the tensor takes.</summary>
    internal static long BytesOf(TorchTensor tensor) => (long)ShapeOf(tensor)!.Value.Size * TypeOf(tensor).Size;

    /// <summary>Reads a tensor, or says which of its values cannot be converted.</summary>
    internal Tensor? Read(TorchTensor tensor, out string? unfit)
    {
        unfit = null;
        Shape shape = ShapeOf(tensor)!.Value;
        DType dtype = TypeOf(tensor);
        archive.Require(tensor.Storage, tensor.Type.Size);
        Tensor made = Tensor.Zeros(shape, dtype, device);
        try
        {
            if (shape.Size == 0)
            {
                return made;
            }

            using TensorScope scope = Tensor.Scope();
            Tensor flat = made.Reshape(shape.Size);
            int size = tensor.Type.Size;
            byte[] raw = new byte[(int)Math.Min((long)shape.Size * size, PieceSize)];
            byte[] converted = tensor.Type.Foreign is null ? raw : new byte[raw.Length / size * dtype.Size];
            Gather? gather = IsContiguous(tensor) ? null : new Gather(archive, tensor);
            for (int done = 0; done < shape.Size;)
            {
                int count = Math.Min(raw.Length / size, shape.Size - done);
                Span<byte> piece = raw.AsSpan(0, count * size);
                if (gather is null)
                {
                    archive.Read(tensor.Storage, size, (tensor.Offset + done) * size, piece);
                }
                else
                {
                    gather.Next(piece);
                }

                if (archive.IsBigEndian == BitConverter.IsLittleEndian)
                {
                    Reverse(piece, size);
                }

                if (tensor.Type.Foreign is { } foreign && foreign.Convert(piece, converted, dtype) is var misfit and >= 0)
                {
                    unfit = $"{tensor.Type.Name} with {foreign.Text(piece[(misfit * size)..])} as element {done + misfit:N0}, which {dtype} has not";
                    made.Dispose();
                    return null;
                }

                using Tensor part = flat.Narrow(0, done, count);
                Copy(part, converted.AsSpan(0, count * dtype.Size));
                done += count;
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static DType TypeOf(TorchTensor tensor) => tensor.Type.DType ?? tensor.Type.Foreign!.Becomes;

    private static Shape? ShapeOf(TorchTensor tensor)
    {
        long size = 1;
        if (tensor.Sizes.Length > Shape.MaxRank
            || !Array.TrueForAll(tensor.Sizes, length => length <= int.MaxValue && (size *= Math.Max(1, length)) <= int.MaxValue))
        {
            return null;
        }

        return new Shape([.. tensor.Sizes.Select(static length => (int)length)]);
    }

    private static bool IsContiguous(TorchTensor tensor)
    {
        long step = 1;
        for (int axis = tensor.Sizes.Length - 1; axis >= 0; axis--)
        {
            if (tensor.Sizes[axis] != 1 && tensor.Strides[axis] != step)
            {
                return false;
            }

            step *= tensor.Sizes[axis];
        }

        return true;
    }

    private static void Copy(Tensor part, Span<byte> bytes)
    {
        switch (part.DType)
        {
            case DType.Float32: part.CopyFrom<float>(MemoryMarshal.Cast<byte, float>(bytes)); break;
            case DType.Float64: part.CopyFrom<double>(MemoryMarshal.Cast<byte, double>(bytes)); break;
            case DType.Float16: part.CopyFrom<Half>(MemoryMarshal.Cast<byte, Half>(bytes)); break;
            case DType.BFloat16: part.CopyFrom<BF16>(MemoryMarshal.Cast<byte, BF16>(bytes)); break;
            case DType.Int32: part.CopyFrom<int>(MemoryMarshal.Cast<byte, int>(bytes)); break;
            case DType.Int64: part.CopyFrom<long>(MemoryMarshal.Cast<byte, long>(bytes)); break;
            case DType.UInt8: part.CopyFrom<byte>(bytes); break;
            default:
                // A bool is 0 or 1; in a file any other byte may stand for true.
                foreach (ref byte value in bytes)
                {
                    value = value != 0 ? (byte)1 : (byte)0;
                }

                part.CopyFrom<bool>(MemoryMarshal.Cast<byte, bool>(bytes));
                break;
        }
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, short>(bytes), MemoryMarshal.Cast<byte, short>(bytes)); break;
            case 4: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, int>(bytes), MemoryMarshal.Cast<byte, int>(bytes)); break;
            case 8: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, long>(bytes), MemoryMarshal.Cast<byte, long>(bytes)); break;
            default: break;
        }
    }

    /// <summary>The elements of a view in row-major order, from the part of the storage that it spans, which is held in memory.</summary>
    private sealed class Gather
    {
        private readonly TorchTensor _tensor;
        private readonly byte[] _span;
        private readonly long[] _place;
        private long _at;

        internal Gather(TorchArchive archive, TorchTensor tensor)
        {
            _tensor = tensor;
            _place = new long[tensor.Sizes.Length];
            long last = tensor.Sizes.Zip(tensor.Strides, static (length, step) => (length - 1) * step).Sum();
            long bytes = (last + 1) * tensor.Type.Size;
            _span = bytes <= Array.MaxLength
                ? new byte[bytes]
                : throw archive.Bad("a view that spans less than 2 GB of its storage", $"{bytes:N0} bytes: save tensor.contiguous()");
            archive.Read(tensor.Storage, tensor.Type.Size, tensor.Offset * tensor.Type.Size, _span);
        }

        internal void Next(Span<byte> piece)
        {
            int size = _tensor.Type.Size;
            for (int i = 0; i < piece.Length; i += size)
            {
                _span.AsSpan((int)(_at * size), size).CopyTo(piece[i..]);
                for (int axis = _place.Length - 1; axis >= 0; axis--)
                {
                    _at += _tensor.Strides[axis];
                    if (++_place[axis] < _tensor.Sizes[axis])
                    {
                        break;
                    }

                    _at -= _place[axis] * _tensor.Strides[axis];
                    _place[axis] = 0;
                }
            }
        }
    }
}
