using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The forward pass of a unary operator: y = f(x).</summary>
/// <param name="op">The operator.</param>
public readonly struct UnaryForward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => _op.Forward(a);
}
