using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The nearest integer, of two as near the even one; y' = 0.</summary>
public readonly struct RoundOp : IUnaryOp
{
    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Nothing;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x);
        T floor = T.Floor(a);
        T part = a - floor;
        T half = floor * 0.5f;
        T even = T.IfEqual(T.Floor(half), half, floor, floor + 1f);
        T rounded = T.IfGreater(part, 0.5f, floor + 1f, T.IfEqual(part, 0.5f, even, floor));

        // Zeros keep their sign, and what rounds to zero its own.
        return T.IfGreater(x, 0f, rounded, T.IfEqual(x, 0f, x, -rounded));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0;
}
