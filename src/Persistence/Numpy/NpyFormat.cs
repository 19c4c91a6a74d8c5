using System.Text.RegularExpressions;

namespace DeepSharp.Persistence;

/// <summary>NumPy's names of element types.</summary>
internal static partial class NpyFormat
{
    /// <summary>The names that can be read.</summary>
    internal const string Readable = "f2, f4, f8, u1, i4, i8 or b1 after '<', '>' or '|'";

    /// <summary>What an element is read as, or null where no tensor holds such elements.</summary>
    internal static ElementFormat? Of(string name)
    {
        if (name.Length != 3 || name[0] is not ('<' or '>' or '|'))
        {
            return null;
        }

        bool bigEndian = name[0] == '>';
        ElementFormat? format = name[1..] switch
        {
            "f2" => new ElementFormat(DType.Float16, bigEndian),
            "f4" => new ElementFormat(DType.Float32, bigEndian),
            "f8" => new ElementFormat(DType.Float64, bigEndian),
            "i4" => new ElementFormat(DType.Int32, bigEndian),
            "i8" => new ElementFormat(DType.Int64, bigEndian),
            "u1" => new ElementFormat(DType.UInt8),
            "b1" => new ElementFormat(DType.Bool),
            _ => null,
        };

        // A bar stands for "no byte order", which only single bytes have.
        return name[0] == '|' && format?.Size > 1 ? null : format;
    }

    /// <summary>What an element is converted from, or null where it needs no conversion or has none.</summary>
    internal static ForeignFormat? ForeignOf(string name) => name.Length != 3 ? null : (name[0], name[1..]) switch
    {
        ('<' or '>' or '|', "i1") => ForeignFormat.Of("I8"),
        ('<' or '>', "i2" or "u2" or "u4" or "u8") => ForeignFormat.Of($"{(name[1] == 'i' ? 'I' : 'U')}{8 * (name[2] - '0')}", name[0] == '>'),
        _ => null,
    };

    /// <summary>Whether NumPy has elements of this name, which no tensor need hold: strings, objects, times, complex and other numbers.</summary>
    internal static bool IsNumPys(string name) => Names().IsMatch(name);

    /// <summary>The name of an element type.</summary>
    /// <exception cref="ArgumentException">NumPy has none.</exception>
    internal static string NameOf(DType dtype) => dtype switch
    {
        DType.Float32 => "<f4",
        DType.Float64 => "<f8",
        DType.Float16 => "<f2",
        DType.Int32 => "<i4",
        DType.Int64 => "<i8",
        DType.UInt8 => "|u1",
        DType.BFloat16 => throw new ArgumentException("Npy: NumPy has no BFloat16. Convert the tensor with To(DType.Float32)."),
        _ => "|b1",
    };

    [GeneratedRegex(@"^[<>|=]([?bhilqpBHILQPefdgFDGO]|[biufcSUVa]\d{1,9}|[mM]8(\[\w{1,12}\])?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
