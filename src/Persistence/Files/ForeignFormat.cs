using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp.Persistence;

/// <summary>Elements that files have and tensors have not, and whose values those of a tensor can be: integers and 8-bit floats.</summary>
/// <remarks>
/// E4M3 and E5M2 are those of the Open Compute Project's 8-bit floating point specification (OFP8), E8M0 is the power of two of its microscaling
/// formats (MX 1.0), and FNUZ are those of Noune et al., 8-bit numerical formats for deep neural networks (2022): no infinity, no negative zero.
/// </remarks>
/// <param name="Name">The name that safetensors gives them.</param>
/// <param name="Size">The bytes of one element.</param>
/// <param name="Becomes">The smallest type of tensors in which a conversion loses nothing; of <c>U64</c>, where no value is 2^63 or more.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal sealed record ForeignFormat(string Name, int Size, DType Becomes, bool BigEndian = false)
{
    private const string UnfitKey = "unfit";

    /// <summary>The elements of a name that safetensors has, or null where there are none that a tensor can hold.</summary>
    internal static ForeignFormat? Of(string name, bool bigEndian = false) => name switch
    {
        "I8" => new ForeignFormat(name, 1, DType.Int32),
        "I16" or "U16" => new ForeignFormat(name, 2, DType.Int32, bigEndian),
        "U32" => new ForeignFormat(name, 4, DType.Int64, bigEndian),
        "U64" => new ForeignFormat(name, 8, DType.Int64, bigEndian),
        "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => new ForeignFormat(name, 1, DType.Float32),
        _ => null,
    };

    /// <summary>What a refusal says of elements of a name.</summary>
    internal static string About(string name) => (Of(name), name) switch
    {
        ({ } format, _) => $"{name}, of which convert: true makes {format.Becomes}",
        (_, "F4" or "F6_E2M3" or "F6_E3M2") => $"{name}, whose bits the format lets every program pack in its own way",
        _ => name,
    };

    /// <summary>The value that does not fit, if that is what an error says.</summary>
    internal static string? Unfit(InvalidDataException error) => error.Data[UnfitKey] as string;

    /// <summary>Reads a tensor of another element type, in which every value must be what it was.</summary>
    /// <exception cref="InvalidDataException">A value does not fit (then <see cref="Unfit"/> says which), or there are fewer of them.</exception>
    internal Tensor Read(ByteSource source, Shape shape, DType dtype, Device? device, string what)
    {
        long total = (long)shape.Size * Size;
        source.Require(total, what);
        byte[]? table = Size == 1 ? Table(dtype) : null;
        byte[] raw = new byte[Math.Min(total, ElementBytes.PieceSize / dtype.Size * Size)];
        return ElementBytes.Read(shape, dtype, device ?? Device.Default, "Load", isThere: source.Remaining is not null, (bytes, done) =>
        {
            long first = done / dtype.Size;
            Span<byte> piece = raw.AsSpan(0, bytes.Length / dtype.Size * Size);
            source.Fill(piece, what, first * Size, total);
            int misfit = table is not null ? LookUp(table, piece, bytes, dtype.Size) : Convert(piece, bytes, dtype);
            if (misfit >= 0)
            {
                Misfit unfit = new(
                    $"values that {dtype} has exactly", $"{Name} with {Text(piece[(misfit * Size)..])} as element {first + misfit:N0}");
                InvalidDataException error = source.Bad($"{unfit.Expected} in {what}", $"{unfit.Found}: ask for a wider type");
                error.Data[UnfitKey] = unfit.ToString();
                throw error;
            }
        });
    }

    private static int LookUp(byte[] table, ReadOnlySpan<byte> from, Span<byte> to, int size)
    {
        for (int i = 0; i < from.Length; i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(from[i] * (size + 1), size + 1);
            if (entry[size] == 0)
            {
                return i;
            }

            entry[..size].CopyTo(to[(i * size)..]);
        }

        return -1;
    }

    private int Convert(ReadOnlySpan<byte> from, Span<byte> to, DType dtype)
    {
        for (int i = 0; i < from.Length / Size; i++)
        {
            if (!TryConvert(from[(i * Size)..], to[(i * dtype.Size)..], dtype))
            {
                return i;
            }
        }

        return -1;
    }

    // Of each byte the element that it becomes, and whether that is what it was.
    private byte[] Table(DType dtype)
    {
        byte[] table = new byte[256 * (dtype.Size + 1)];
        for (int code = 0; code < 256; code++)
        {
            Span<byte> entry = table.AsSpan(code * (dtype.Size + 1), dtype.Size + 1);
            entry[dtype.Size] = TryConvert([(byte)code], entry, dtype) ? (byte)1 : (byte)0;
        }

        return table;
    }

    private bool TryConvert(ReadOnlySpan<byte> from, Span<byte> to, DType dtype)
    {
        if (Name == "U64" && U64(from) is var whole && whole > long.MaxValue)
        {
            // Only floats reach so far, and only where the number ends with zeros.
            double nearest = whole;
            return nearest < 18446744073709551616.0 && (ulong)nearest == whole && TryWrite(nearest, to, dtype);
        }

        return Name[0] == 'F' ? TryWrite(Float(from[0]), to, dtype) : TryWrite(Whole(from), to, dtype);
    }

    private static bool TryWrite(long value, Span<byte> to, DType dtype)
    {
        switch (dtype)
        {
            case DType.Int64:
                MemoryMarshal.Write(to, value);
                return true;
            case DType.Int32:
                MemoryMarshal.Write(to, (int)value);
                return value == (int)value;
            case DType.UInt8:
                to[0] = (byte)value;
                return value == (byte)value;
            default:
                double nearest = value;
                return nearest < 9223372036854775808.0 && (long)nearest == value && TryWrite(nearest, to, dtype);
        }
    }

    private static bool TryWrite(double value, Span<byte> to, DType dtype)
    {
        double written;
        switch (dtype)
        {
            case DType.Float64:
                MemoryMarshal.Write(to, value);
                return true;
            case DType.Float32:
                MemoryMarshal.Write(to, (float)value);
                written = (float)value;
                break;
            case DType.Float16:
                MemoryMarshal.Write(to, (Half)value);
                written = (double)(Half)value;
                break;
            case DType.BFloat16:
                BF16 brain = (BF16)(float)value;
                MemoryMarshal.Write(to, brain);
                written = (float)brain;
                break;
            case DType.Bool:
                return false;
            default:
                return value >= long.MinValue && value < 9223372036854775808.0 && value == (long)value && TryWrite((long)value, to, dtype);
        }

        return written.Equals(value);
    }

    private long Whole(ReadOnlySpan<byte> bytes) => Name switch
    {
        "I8" => (sbyte)bytes[0],
        "I16" => BigEndian ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
        "U16" => BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        "U32" => BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => (long)U64(bytes),
    };

    private ulong U64(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private double Float(byte code) => Name switch
    {
        "F8_E4M3" => (code & 0x7F) == 0x7F ? double.NaN : Float(code, fractionBits: 3, bias: 7),
        "F8_E5M2" => (code & 0x7C) != 0x7C ? Float(code, fractionBits: 2, bias: 15)
            : (code & 3) != 0 ? double.NaN
            : code < 0x80 ? double.PositiveInfinity : double.NegativeInfinity,
        "F8_E4M3FNUZ" => code == 0x80 ? double.NaN : Float(code, fractionBits: 3, bias: 8),
        "F8_E5M2FNUZ" => code == 0x80 ? double.NaN : Float(code, fractionBits: 2, bias: 16),
        _ => code == 0xFF ? double.NaN : Math.ScaleB(1, code - 127),
    };

    private static double Float(byte code, int fractionBits, int bias)
    {
        int exponent = (code & 0x7F) >> fractionBits;
        int fraction = code & ((1 << fractionBits) - 1);

        // Where the exponent is 0, the leading 1 is missing.
        double size = exponent == 0
            ? Math.ScaleB(fraction, 1 - bias - fractionBits)
            : Math.ScaleB(fraction + (1 << fractionBits), exponent - bias - fractionBits);
        return code < 0x80 ? size : -size;
    }

    private string Text(ReadOnlySpan<byte> bytes) =>
        Name == "U64" ? $"{U64(bytes)}" : Name[0] == 'F' ? $"{Float(bytes[0])}" : $"{Whole(bytes)}";
}
