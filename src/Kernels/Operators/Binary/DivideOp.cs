using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The quotient a / b.</summary>
public readonly struct DivideOp : IMap, IBinaryOp
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
        where T : unmanaged, IReal<T> => a / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => 1 / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => -a / (b * b);
}
