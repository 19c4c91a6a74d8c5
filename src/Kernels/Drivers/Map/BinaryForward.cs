using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The forward pass of a binary operator: y = f(a, b).</summary>
/// <param name="op">The operator.</param>
public readonly struct BinaryForward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => _op.Forward(a, b);
}
