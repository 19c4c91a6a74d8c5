using System.Buffers;

namespace DeepSharp;

/// <summary>The elements of tensors as bytes in row-major order, in pieces: managed memory is taken for one of them, however large the tensor.</summary>
internal static class ElementBytes
{
    /// <summary>The bytes of a piece; a multiple of every element size.</summary>
    internal const int PieceSize = 1 << 20;

    // Of a source that cannot say how much it holds, memory is taken for so many times the bytes that have come.
    private const int Trust = 4;

    /// <summary>Reads a tensor.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its element type.</param>
    /// <param name="device">Where it is made.</param>
    /// <param name="origin">Who makes it.</param>
    /// <param name="isThere">Whether the source is known to hold all the bytes. If not, memory grows with what has come.</param>
    /// <param name="fill">Fills a piece with the next bytes, which begin at the offset it is given, or throws.</param>
    internal static Tensor Read(Shape shape, DType dtype, Device device, string origin, bool isThere, SpanAction<byte, long> fill)
    {
        // What grows is copied, which costs little on the host alone.
        if (!isThere && !device.IsHost)
        {
            using Tensor here = Read(shape, dtype, Device.Cpu, origin, isThere, fill);
            return here.To(device);
        }

        long total = (long)shape.Size * dtype.Size;
        byte[] piece = new byte[Math.Min(total, PieceSize)];
        long held = isThere ? total : piece.Length;
        Tensor made = Make(held);
        try
        {
            for (long done = 0; done < total;)
            {
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, total - done));
                fill(bytes, done);
                if (done + bytes.Length > held)
                {
                    held = Math.Min(total, Trust * (done + bytes.Length));
                    Tensor larger = Make(held);
                    Move(made, larger, (int)(done / dtype.Size));
                    made = larger;

                    // Nobody will ask the pool for the smaller one.
                    _ = device.TrimMemory();
                }

                made.Storage.Block.Upload<byte>(bytes, done);
                done += bytes.Length;
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }

        Tensor Make(long bytes) => Tensor.Uninitialized(bytes == total ? shape : new Shape((int)(bytes / dtype.Size)), dtype, device, origin);
    }

    /// <summary>Hands out the bytes of a tensor, views included, with the offset that each piece begins at.</summary>
    internal static void Write(Tensor tensor, ReadOnlySpanAction<byte, long> take)
    {
        // A handle of its own takes part in no graph, and neither do its views.
        using Tensor plain = tensor.Hold();
        Write(plain, new byte[Math.Min(PieceSize, (long)tensor.Count * tensor.DType.Size)], 0, take);
    }

    /// <summary>A shape from the lengths in a file, or null where they are more or longer than a tensor may have.</summary>
    internal static Shape? ShapeOf(ReadOnlySpan<long> lengths)
    {
        if (lengths.Length > Shape.MaxRank)
        {
            return null;
        }

        // Empty axes are left out of the product, so that the strides of an empty tensor are in range too.
        int[] dims = new int[lengths.Length];
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

    private static long Write(Tensor tensor, byte[] piece, long at, ReadOnlySpanAction<byte, long> take)
    {
        long total = (long)tensor.Count * tensor.DType.Size;
        if (tensor.IsContiguous)
        {
            long start = (long)tensor.Operand.Offset * tensor.DType.Size;
            for (long done = 0; done < total;)
            {
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, total - done));
                tensor.Storage.Block.Download(bytes, start + done);
                take(bytes, at + done);
                done += bytes.Length;
            }

            return at + total;
        }

        if (total <= PieceSize)
        {
            using Tensor copy = tensor.Clone();
            return Write(copy, piece, at, take);
        }

        // The first axis that has a length: those before it do not change the order.
        int axis = tensor.Shape.TakeWhile(static length => length == 1).Count();
        int rows = (int)Math.Max(1, PieceSize / (total / tensor.Shape[axis]));
        for (long first = 0; first < tensor.Shape[axis]; first += rows)
        {
            using Tensor part = tensor.Narrow(axis, (int)first, (int)Math.Min(rows, tensor.Shape[axis] - first));
            at = Write(part, piece, at, take);
        }

        return at;
    }

    private static void Move(Tensor from, Tensor to, int count)
    {
        using (from)
        {
            using Tensor source = from.Reshape(from.Count);
            using Tensor target = to.Reshape(to.Count);
            using Tensor known = source.Narrow(0, 0, count);
            using Tensor start = target.Narrow(0, 0, count);
            start.CopyFrom(known);
        }
    }
}
