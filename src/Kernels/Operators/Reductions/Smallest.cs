using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The smallest element; NaN if one is NaN. No elements have none.</summary>
public readonly struct Smallest : INumericReduction
{
    /// <inheritdoc/>
    public static bool AllowsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => double.PositiveInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Min(a, b);
}
