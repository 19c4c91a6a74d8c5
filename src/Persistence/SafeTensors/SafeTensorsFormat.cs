namespace DeepSharp.Persistence;

/// <summary>The element types of the format: their names, sizes, and what they are read as.</summary>
internal static class SafeTensorsFormat
{
    /// <summary>The longest header the format's own readers accept, in bytes.</summary>
    internal const int MaxHeader = 100_000_000;

    /// <summary>The key that holds strings about the file instead of a tensor.</summary>
    internal const string MetadataKey = "__metadata__";

    /// <summary>The names that can be read.</summary>
    internal const string Readable = "F64, F32, F16, BF16, I64, I32, U8 or BOOL";

    /// <summary>The bits of an element, or null where the name is none of the format's.</summary>
    internal static int? BitsOf(string name) => name switch
    {
        "I64" or "U64" or "F64" or "C64" => 64,
        "I32" or "U32" or "F32" => 32,
        "I16" or "U16" or "F16" or "BF16" => 16,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "F6_E2M3" or "F6_E3M2" => 6,
        "F4" => 4,
        _ => null,
    };

    /// <summary>What an element is read as, or null where no tensor holds such elements.</summary>
    internal static ElementFormat? Of(string name) => name switch
    {
        "F64" => new ElementFormat(DType.Float64),
        "F32" => new ElementFormat(DType.Float32),
        "F16" => new ElementFormat(DType.Float16),
        "BF16" => new ElementFormat(DType.BFloat16),
        "I64" => new ElementFormat(DType.Int64),
        "I32" => new ElementFormat(DType.Int32),
        "U8" => new ElementFormat(DType.UInt8),
        "BOOL" => new ElementFormat(DType.Bool),
        _ => null,
    };

    /// <summary>The name of an element type.</summary>
    internal static string NameOf(DType dtype) => dtype switch
    {
        DType.Float64 => "F64",
        DType.Float32 => "F32",
        DType.Float16 => "F16",
        DType.BFloat16 => "BF16",
        DType.Int64 => "I64",
        DType.Int32 => "I32",
        DType.UInt8 => "U8",
        _ => "BOOL",
    };

    /// <summary>
    /// The place of an element type in a file: wide elements stand first, so that all are aligned; equally wide ones in the order
    /// of the format's reference implementation.
    /// </summary>
    internal static int RankOf(DType dtype) => dtype switch
    {
        DType.Int64 => 0,
        DType.Float64 => 1,
        DType.Float32 => 2,
        DType.Int32 => 3,
        DType.BFloat16 => 4,
        DType.Float16 => 5,
        DType.UInt8 => 6,
        _ => 7,
    };
}
