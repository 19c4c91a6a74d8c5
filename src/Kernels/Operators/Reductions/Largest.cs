using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The largest element; NaN if one is NaN. No elements have none.</summary>
public readonly struct Largest : INumericReduction
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
        where T : unmanaged, INumeric<T> => double.NegativeInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Max(a, b);
}
