using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The backward pass of a unary operator: the gradient of y (first input) times f' of the saved value (second).</summary>
/// <param name="op">The operator.</param>
public readonly struct UnaryBackward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.Saves == Saved.Nothing ? 1 : 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => a * _op.Derivative(b);
}
