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
    private const int Chunk = 1 << 20;

    /// <summary>Reads a file of unsigned bytes.</summary>
    /// <param name="path">The file; gzip is recognised by its content.</param>
    /// <param name="device">Where the tensor is made; <see cref="Device.Default"/> if null.</param>
    /// <returns>A UInt8 tensor of the shape that the file names.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a whole IDX file of unsigned bytes; the message names the file, what was
    /// expected and what was found.</exception>
    public static Tensor Read(string path, Device? device = null)
    {
        (byte[] values, int[] dims) = ReadBytes(path);
        return Tensor.From(values, new Shape(dims), device);
    }

    internal static (byte[] Values, int[] Dims) ReadBytes(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}.", path);
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            bool zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            using Stream content = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Parse(content, path);
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: the gzip stream is damaged: {error.Message}", error);
        }
    }

    private static (byte[] Values, int[] Dims) Parse(Stream content, string path)
    {
        byte[] magic = Exactly(content, 4, path, "the four bytes of the IDX magic number");
        if (magic[0] != 0 || magic[1] != 0 || magic[2] != UnsignedByte)
        {
            throw new InvalidDataException(
                $"{path}: expected an IDX file of unsigned bytes, whose first bytes are 00 00 08, and found {Convert.ToHexString(magic[..3])}.");
        }

        if (magic[3] == 0 || magic[3] > Shape.MaxRank)
        {
            throw new InvalidDataException($"{path}: expected 1 to {Shape.MaxRank} axes and found {magic[3]}.");
        }

        int[] dims = new int[magic[3]];
        long count = 1;
        for (int axis = 0; axis < dims.Length; axis++)
        {
            uint dim = BinaryPrimitives.ReadUInt32BigEndian(Exactly(content, 4, path, $"the length of axis {axis}"));
            count = dim > int.MaxValue ? long.MaxValue : count * dim;
            if (count > int.MaxValue)
            {
                throw new InvalidDataException($"{path}: the axes are too long: at most {int.MaxValue} elements are expected in all.");
            }

            dims[axis] = (int)dim;
        }

        byte[] values = Exactly(content, (int)count, path, $"{count} elements of [{string.Join(", ", dims)}]");
        if (content.ReadByte() >= 0)
        {
            throw new InvalidDataException($"{path}: expected {count} elements of [{string.Join(", ", dims)}] and found more bytes behind them.");
        }

        return (values, dims);
    }

    // Grows with what is there, so that a header cannot make the program allocate what the file does not hold.
    private static byte[] Exactly(Stream content, int count, string path, string what)
    {
        byte[] bytes = new byte[Math.Min(count, Chunk)];
        int read = 0;
        while (read < count)
        {
            if (read == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            }

            int got = content.Read(bytes, read, bytes.Length - read);
            if (got == 0)
            {
                throw new InvalidDataException($"{path}: expected {what}, and the file ends after {read} of {count} bytes of them.");
            }

            read += got;
        }

        return bytes;
    }
}
