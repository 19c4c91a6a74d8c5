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
    private const int Chunk = 1 << 16;

    // Deflate's best: 258 bytes from two bits.
    private const long MaxCompression = 1032;

    /// <summary>Reads a file of unsigned bytes.</summary>
    /// <param name="path">The file; gzip is recognised by its content.</param>
    /// <param name="device">Where the tensor is made; <see cref="Device.Default"/> if null.</param>
    /// <returns>A UInt8 tensor of the shape that the file names.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a whole IDX file of unsigned bytes; the message names the file, what was
    /// expected and what was found.</exception>
    public static Tensor Read(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: expected an IDX file and found no file of this name.", path);
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            bool zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            if (!zipped)
            {
                return Parse(file, file.Length, file.Length, path, device);
            }

            using GZipStream content = new(file, CompressionMode.Decompress);
            return Parse(content, file.Length * MaxCompression, file.Length, path, device);
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: the gzip stream is damaged: {error.Message}", error);
        }
    }

    private static Tensor Parse(Stream content, long limit, long length, string path, Device? device)
    {
        Span<byte> word = stackalloc byte[4];
        Fill(content, word, path, "the four bytes of the IDX magic number");
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByte)
        {
            throw new InvalidDataException(
                $"{path}: expected an IDX file of unsigned bytes, whose first bytes are 00 00 08, and found {Convert.ToHexString(word[..3])}.");
        }

        int[] dims = new int[word[3]];
        if (dims.Length is 0 or > Shape.MaxRank)
        {
            throw new InvalidDataException($"{path}: expected 1 to {Shape.MaxRank} axes and found {dims.Length}.");
        }

        long count = 1;
        for (int axis = 0; axis < dims.Length; axis++)
        {
            Fill(content, word, path, $"the length of axis {axis}");
            uint dim = BinaryPrimitives.ReadUInt32BigEndian(word);
            count = dim > int.MaxValue ? long.MaxValue : count * dim;
            if (count > int.MaxValue)
            {
                string found = string.Join(" x ", dims[..axis].Select(static d => (uint)d).Append(dim));
                throw new InvalidDataException(
                    $"{path}: expected at most {int.MaxValue} elements in all, and found axes of {found}{(axis + 1 < dims.Length ? " x …" : "")}.");
            }

            dims[axis] = (int)dim;
        }

        string what = $"{count} elements of [{string.Join(", ", dims)}]";
        if (count > limit)
        {
            // Nothing is allocated on a header's word alone.
            throw new InvalidDataException($"{path}: expected {what}, and found a file of {length} bytes, too short to hold them.");
        }

        // All of it is read, or it is thrown away.
        Tensor made = Tensor.Uninitialized(new Shape(dims), DType.UInt8, device ?? Device.Default, nameof(IdxFile));
        try
        {
            byte[] chunk = new byte[Math.Min((int)count, Chunk)];
            for (long at = 0; at < count; at += chunk.Length)
            {
                Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, count - at));
                Fill(content, part, path, what, at);
                made.Storage.Block.Upload<byte>(part, at);
            }

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
