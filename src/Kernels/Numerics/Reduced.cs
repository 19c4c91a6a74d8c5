namespace DeepSharp.Kernels;

/// <summary>An angle as a number of quarter turns and the rest.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="quarters">The number of quarter turns.</param>
/// <param name="rest">The rest in radians.</param>
internal readonly struct Reduced<T>(T quarters, T rest)
    where T : unmanaged, IRealBits<T>
{
    /// <summary>The number of quarter turns, integral.</summary>
    public readonly T Quarters = quarters;

    /// <summary>The rest in radians, at most pi/4 in magnitude.</summary>
    public readonly T Rest = rest;
}
