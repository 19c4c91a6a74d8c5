using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Persistence;

/// <summary>What stands before the elements of an npy file: their type, their order and the shape.</summary>
/// <param name="Format">The element type.</param>
/// <param name="IsFortranOrder">Whether the first axis moves fastest, not the last.</param>
/// <param name="Shape">The lengths of the axes.</param>
/// <param name="Misfit">Why no tensor can hold the array, whose shape then says nothing; null if one can.</param>
internal readonly record struct NpyHeader(ElementFormat Format, bool IsFortranOrder, Shape Shape, Misfit? Misfit = null)
{
    private const int Alignment = 64;
    private const int MaxLength = 1 << 20;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The lengths of the axes, whether a tensor may have them or not; null where no tensor has such elements.</summary>
    internal IReadOnlyList<long>? Lengths { get; init; }

    /// <summary>What the elements are converted from, if they are none of a tensor, but could be; then the shape is right.</summary>
    internal ForeignFormat? Foreign { get; init; }

    /// <summary>The bytes of the elements.</summary>
    internal long ByteCount => (long)Shape.Size * (Foreign?.Size ?? Format.Size);

    /// <summary>Why the array becomes no tensor, or null if it does.</summary>
    internal Misfit? MisfitOf(bool convert) => convert && Foreign is not null ? null : Misfit;

    /// <summary>Reads the header, versions 1.0, 2.0 and 3.0.</summary>
    internal static NpyHeader Read(ByteSource source)
    {
        byte[] start = source.Read(Magic.Length + 2, "the magic string and version");
        if (!start.AsSpan().StartsWith(Magic))
        {
            throw source.Bad($"a file that begins with {Convert.ToHexString(Magic)}", Convert.ToHexString(start.AsSpan(0, Magic.Length)));
        }

        (int major, int minor) = (start[^2], start[^1]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw source.Bad("the version 1.0, 2.0 or 3.0", $"{major}.{minor}");
        }

        uint length = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(source.Read(sizeof(ushort), "the header's length"))
            : BinaryPrimitives.ReadUInt32LittleEndian(source.Read(sizeof(uint), "the header's length"));
        if (length > MaxLength)
        {
            throw source.Bad($"a header of at most {MaxLength:N0} bytes", $"the length {length:N0}");
        }

        byte[] text = source.Read((int)length, "the header");
        return new NpyHeaderParser(source, (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text)).Parse();
    }

    /// <summary>The header of a tensor, version 1.0, as NumPy writes it.</summary>
    internal static byte[] Write(Tensor tensor) => Write(tensor.DType, tensor.Shape);

    /// <summary>The header of an array, version 1.0, as NumPy writes it.</summary>
    internal static byte[] Write(DType dtype, IReadOnlyList<int> shape)
    {
        string dims = shape.Count == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        string text = $"{{'descr': '{NpyFormat.NameOf(dtype)}', 'fortran_order': False, 'shape': {dims}, }}";
        int before = Magic.Length + 2 + sizeof(ushort);
        int total = (before + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] bytes = new byte[total];
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(before - sizeof(ushort)), (ushort)(total - before));
        Encoding.ASCII.GetBytes(text.PadRight(total - before - 1) + '\n', bytes.AsSpan(before));
        return bytes;
    }
}
