using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The larger of two; NaN if either is.</summary>
public readonly struct MaximumOp : INumericMap, IBinaryOp
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
        where T : unmanaged, INumeric<T> => T.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => T.IfGreater(a, b, 1, T.IfGreater(b, a, 0, 0.5));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => T.IfGreater(b, a, 1, T.IfGreater(a, b, 0, 0.5));
}
