using System.Buffers.Binary;
using System.IO.Compression;

namespace DeepSharp.Data;

/// <summary>Reads the IDX files in which MNIST and its successors come, plain or gzipped.</summary>
/// <remarks>
/// A file begins with two zero bytes, a byte for the element type and one for the number of axes, then the axis lengths as
/// big-endian 32-bit numbers, then the elements. Only unsigned bytes (type 8) are read. Source: the description on the MNIST
/// home page of LeCun, Cortes and Burges.
/// </remarks>
public static class IdxFile
{
    private const int UnsignedByte = 0x08;

    // Deflate's best: 258 bytes from two bits.
    private const long MaxCompression = 1032;

    /// <summary>Reads a file of unsigned bytes.</summary>
    /// <param name="path">The file; gzip is recognised by its content.</param>
    /// <param name="device">Where the tensor is made; <see cref="Device.Default"/> if null.</param>
    /// <param name="maxBytes">The most elements that are read; null for what the file can hold: its length, or 1,032 times that if it is
    /// compressed.</param>
    /// <returns>A UInt8 tensor of the shape that the file names.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a whole IDX file of unsigned bytes, or one of more than the bytes allowed; the message
    /// names the file, what was expected and what was found.</exception>
    public static Tensor Read(string path, Device? device = null, long? maxBytes = null)
    {
        using FileStream file = InputFile.Open(path, "an IDX file", seeks: true);
        try
        {
            bool zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            if (!zipped)
            {
                return Parse(file, file.Length, maxBytes, file.Length, path, device);
            }

            using GZipStream content = new(file, CompressionMode.Decompress);
            return Parse(content, file.Length * MaxCompression, maxBytes, file.Length, path, device);
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: the gzip stream is damaged: {error.Message}", error);
        }
    }

    /// <summary>Reads the header of a file that is not compressed: the lengths of its axes. The elements come next.</summary>
    internal static long[] Lengths(Stream content, string path)
    {
        Span<byte> word = stackalloc byte[4];
        Fill(content, word, path, "the four bytes of the IDX magic number");
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByte)
        {
            string zipped = word[0] == 0x1f && word[1] == 0x8b ? ", the begin of a gzip stream: decompress it first, or read it with IdxFile.Read" : "";
            throw new InvalidDataException(
                $"{path}: expected an IDX file of unsigned bytes, whose first bytes are 00 00 08, and found {Convert.ToHexString(word[..3])}{zipped}.");
        }

        long[] dims = new long[word[3]];
        if (dims.Length is 0 or > Shape.MaxRank)
        {
            throw new InvalidDataException($"{path}: expected 1 to {Shape.MaxRank} axes and found {dims.Length}.");
        }

        for (int axis = 0; axis < dims.Length; axis++)
        {
            Fill(content, word, path, $"the length of axis {axis}");
            dims[axis] = BinaryPrimitives.ReadUInt32BigEndian(word);
        }

        return dims;
    }

    private static Tensor Parse(Stream content, long limit, long? maxBytes, long length, string path, Device? device)
    {
        long[] dims = Lengths(content, path);
        for (int axis = 0; axis < dims.Length; axis++)
        {
            if (ElementBytes.ShapeOf(dims.AsSpan(0, axis + 1)) is null)
            {
                string found = string.Join(" x ", dims[..(axis + 1)]);
                throw new InvalidDataException(
                    $"{path}: expected at most {int.MaxValue} elements in all, and found axes of {found}{(axis + 1 < dims.Length ? " x …" : "")}.");
            }
        }

        Shape shape = ElementBytes.ShapeOf(dims)!.Value;
        string what = $"{shape.Size} elements of {shape}";
        if (shape.Size > limit)
        {
            // Nothing is allocated on a header's word alone.
            throw new InvalidDataException($"{path}: expected {what}, and found a file of {length} bytes, too short to hold them.");
        }

        if (shape.Size > maxBytes)
        {
            throw new InvalidDataException($"{path}: expected at most {maxBytes} bytes, as was asked for, and found {what}.");
        }

        Tensor made = ElementBytes.Read(
            shape, DType.UInt8, device ?? Device.Default, nameof(IdxFile), isThere: content.CanSeek,
            (bytes, before) => Fill(content, bytes, path, what, before));
        try
        {
            return content.ReadByte() < 0
                ? made
                : throw new InvalidDataException($"{path}: expected {what}, and found at least one more byte behind them.");
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static void Fill(Stream content, Span<byte> bytes, string path, string what, long before = 0)
    {
        int read = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
        {
            throw new InvalidDataException($"{path}: expected {what}, and found only {before + read} bytes of them.");
        }
    }
}
