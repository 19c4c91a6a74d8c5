namespace DeepSharp.Persistence;

/// <summary>What the bytes of an element in a file mean.</summary>
internal enum ElementEncoding
{
    /// <summary>The element type's own representation.</summary>
    Plain,

    /// <summary>IEEE 754 binary16, read as Float32.</summary>
    Float16,

    /// <summary>The upper half of an IEEE 754 binary32, read as Float32.</summary>
    BFloat16,
}
