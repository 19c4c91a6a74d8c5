namespace DeepSharp;

/// <summary>The element type of a tensor.</summary>
public enum DType : byte
{
    /// <summary>32-bit floating point: the default.</summary>
    Float32,

    /// <summary>64-bit floating point.</summary>
    Float64,

    /// <summary>Unsigned bytes: image data.</summary>
    UInt8,

    /// <summary>32-bit integers: indices and labels.</summary>
    Int32,

    /// <summary>64-bit integers: indices and labels.</summary>
    Int64,

    /// <summary>Truth values, a byte each: masks.</summary>
    Bool,

    /// <summary>
    /// 16-bit floating point of IEEE 754: 11 significant bits, 6e-8 to 65504. Stored so; arithmetic is done in Float32.
    /// </summary>
    Float16,

    /// <summary>
    /// The upper half of a Float32: 8 significant bits, the same range. Stored so; arithmetic is done in Float32.
    /// </summary>
    BFloat16,
}
