using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sum of the squares, the squared Euclidean norm; 0 of no elements.</summary>
public readonly struct SumOfSquares : IReduction
{
    /// <inheritdoc/>
    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    public static bool AllowsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}
