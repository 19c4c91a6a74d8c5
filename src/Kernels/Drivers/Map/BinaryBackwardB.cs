using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The gradient of a binary operator's input b: that of y (first input) times the derivative at a and b.</summary>
/// <param name="op">The operator.</param>
public readonly struct BinaryBackwardB<TOp>(TOp op) : IMap
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => a * _op.DerivativeB(b, c);
}
