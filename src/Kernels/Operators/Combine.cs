using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A binary operator on unary ones, f(a) op g(b), as one: <c>Combine&lt;SiLU, Identity, Multiply&gt;</c> is SwiGLU's product.
/// </summary>
/// <param name="first">f.</param>
/// <param name="second">g.</param>
/// <param name="combination">The binary operator.</param>
public readonly struct Combine<TFirst, TSecond, TBinary>(TFirst first, TSecond second, TBinary combination) : IBinaryOp
    where TFirst : unmanaged, IUnaryOp
    where TSecond : unmanaged, IUnaryOp
    where TBinary : unmanaged, IBinaryOp
{
    private readonly TFirst _first = first;
    private readonly TSecond _second = second;
    private readonly TBinary _combination = combination;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => _combination.Forward(_first.Forward(a), _second.Forward(b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T inner = _first.Forward(a);
        return _combination.DerivativeA(inner, _second.Forward(b)) * _first.Derivative(TFirst.Saves == Saved.Output ? inner : a);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T inner = _second.Forward(b);
        return _combination.DerivativeB(_first.Forward(a), inner) * _second.Derivative(TSecond.Saves == Saved.Output ? inner : b);
    }
}
