namespace DeepSharp.Persistence;

/// <summary>One tensor in NumPy's npy format, which <c>numpy.load</c> and <c>numpy.save</c> read and write.</summary>
/// <remarks>
/// Written is version 1.0, row-major, least significant byte first, with the same bytes as NumPy's own. Read are versions 1.0, 2.0
/// and 3.0, both orders of axes and of bytes, and the types f2, f4, f8, i4, i8, u1 and b1; i1, i2, u2, u4 and u8 are converted if that is asked
/// for. NumPy has no BFloat16. Nothing in a file is executed. Source: NumPy's documentation of numpy.lib.format.
/// </remarks>
public static class Npy
{
    /// <summary>Writes a tensor, a view too, to a file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ArgumentException">The elements are BFloat16.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Save(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, stream => Write(stream, tensor));
    }

    /// <summary>Writes an array that need not fit in memory, a part behind the other, to a file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <param name="rows">The length of the first axis.</param>
    /// <param name="parts">Tensors of one element type and alike in all axes but the first, along which they are joined. Each is written before
    /// the next is asked for, and then disposed of.</param>
    /// <exception cref="ArgumentException">There is no part, the parts do not go together or have not so many rows, or the elements are
    /// BFloat16.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Save(string path, int rows, IEnumerable<Tensor> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Bounds.AtLeast(0, rows, nameof(Npy));
        AtomicFile.Write(path, stream =>
        {
            (Shape Row, DType DType)? first = null;
            long written = 0;
            foreach (Tensor part in parts)
            {
                using (part)
                {
                    (Shape Row, DType DType) kind = (part.Rank == 0 ? [] : new Shape(part.Shape.AsSpan()[1..]), part.DType);
                    if (part.Rank == 0 || kind != (first ?? kind))
                    {
                        throw new ArgumentException(
                            $"Npy: parts must have rows of one shape and type, and after {first?.DType} {first?.Row} comes a part {part.Shape} of {part.DType}.",
                            nameof(parts));
                    }

                    if (first is null)
                    {
                        first = kind;
                        stream.Write(NpyHeader.Write(kind.DType, [rows, .. kind.Row]));
                    }

                    TensorBytes.Write(part, stream.Write);
                    written += part.Shape[0];
                }
            }

            if (first is null || written != rows)
            {
                throw new ArgumentException($"Npy: the parts must have {rows} rows together, and have {written}.", nameof(parts));
            }
        });
    }

    /// <summary>Reads a tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensor is made; <see cref="Device.Default"/> if null.</param>
    /// <param name="convert">Whether integers that no tensor has become larger ones: of 8 and 16 bits Int32, unsigned ones of 32 and 64 bits
    /// Int64.</param>
    /// <returns>The tensor, row-major whatever the order in the file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format, or holds elements that no tensor can hold, or that
    /// do not fit what they are to become; the message names the file, what was expected and what was found.</exception>
    public static Tensor Load(string path, Device? device = null, bool convert = false)
    {
        using FileStream file = InputFile.Open(path, "an npy file", seeks: false);
        ByteSource source = new(file, path);
        NpyHeader header = NpyHeader.Read(source);
        return header.MisfitOf(convert) is { } misfit ? throw source.Bad(misfit) : Read(source, header, device);
    }

    internal static void Write(Stream stream, Tensor tensor)
    {
        stream.Write(NpyHeader.Write(tensor));
        TensorBytes.Write(tensor, stream.Write);
    }

    /// <summary>Reads the elements behind a header that fits a tensor, or can be made to.</summary>
    internal static Tensor Read(ByteSource source, NpyHeader header, Device? device)
    {
        bool swap = header.IsFortranOrder && header.Shape.Rank > 1;
        Shape stored = swap ? new Shape([.. header.Shape.Reverse()]) : header.Shape;
        Tensor made = header.Foreign is { } foreign
            ? foreign.Read(source, stored, foreign.Becomes, device, "the elements")
            : TensorBytes.Read(source, header.Format, stored, device, "the elements");
        try
        {
            source.RequireEnd("the elements");
        }
        catch
        {
            made.Dispose();
            throw;
        }

        if (!swap)
        {
            return made;
        }

        using (made)
        {
            int[] axes = [.. Enumerable.Range(0, stored.Rank).Reverse()];
            using Tensor view = made.Permute(axes);
            return view.Clone();
        }
    }
}
