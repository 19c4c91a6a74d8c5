using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The forward pass of a unary operator: y = f(x).</summary>
/// <param name="op">The operator.</param>
internal readonly struct UnaryForward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => _op.Forward(a);
}

/// <summary>The backward pass of a unary operator: the gradient of y (first input) times f' of the saved value (second).</summary>
/// <param name="op">The operator.</param>
internal readonly struct UnaryBackward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.SavesForSlope == Saved.Nothing ? 1 : 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => a * TOp.SlopeOf(_op, b);
}

/// <summary>The forward pass of a binary operator: y = f(a, b).</summary>
/// <param name="op">The operator.</param>
internal readonly struct BinaryForward<TOp>(TOp op) : IMap
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => _op.Forward(a, b);
}

/// <summary>The gradient of an input of a binary operator: that of y (first input) times a derivative at a and b.</summary>
/// <param name="slope">The derivative by that input.</param>
internal readonly struct BinaryBackward<TSlope>(TSlope slope) : IMap
    where TSlope : unmanaged, IBinaryOp
{
    private readonly TSlope _slope = slope;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => a * _slope.Forward(b, c);
}
