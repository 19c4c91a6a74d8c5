using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A unary operator after a binary one, f(a op b), as one: <c>After&lt;Add, ReLU&gt;</c> is max(a + b, 0).</summary>
/// <param name="inner">The binary operator.</param>
/// <param name="outer">The unary operator f.</param>
public readonly struct After<TBinary, TUnary>(TBinary inner, TUnary outer) : IBinaryOp
    where TBinary : unmanaged, IBinaryOp
    where TUnary : unmanaged, IUnaryOp
{
    private readonly TBinary _inner = inner;
    private readonly TUnary _outer = outer;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => _outer.Forward(_inner.Forward(a, b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => Slope(a, b) * _inner.DerivativeA(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => Slope(a, b) * _inner.DerivativeB(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Slope<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T value = _inner.Forward(a, b);
        return _outer.Derivative(TUnary.Saves == Saved.Output ? _outer.Forward(value) : value);
    }
}
