using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The smaller of two; NaN if either is.</summary>
public readonly struct Minimum : INumericMap
{
    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.Min(a, b);
}
