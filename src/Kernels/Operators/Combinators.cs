using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Two unary operators as one, second(first(x)): one pass over memory instead of two. Chains nest.</summary>
/// <remarks>The derivative is a function of what the second one's is where the first one's is a constant: after a factor, tanh still saves
/// its output. Else it is one of x, and dual numbers carry the chain rule through the whole nest.</remarks>
/// <param name="first">The operator that sees the input.</param>
/// <param name="second">The operator that sees the first one's output.</param>
public readonly struct Then<TFirst, TSecond>(TFirst first, TSecond second) : IUnaryDerivative<Then<TFirst, TSecond>>
    where TFirst : unmanaged, IUnaryOp
    where TSecond : unmanaged, IUnaryOp
{
    private readonly TFirst _first = first;
    private readonly TSecond _second = second;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.SavesForSlope == Saved.Nothing ? TSecond.SavesForSlope : Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => _second.Forward(_first.Forward(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => Saves == Saved.Input
        ? Forward(new Dual<T>(saved, 1f)).Slope
        : TSecond.SlopeOf(_second, saved) * TFirst.SlopeOf(_first, saved);
}

/// <summary>A unary operator after a binary one, f(a op b), as one: <c>After&lt;AddOp, ReLUOp&gt;</c> is max(a + b, 0).</summary>
/// <param name="inner">The binary operator.</param>
/// <param name="outer">The unary operator f.</param>
public readonly struct After<TBinary, TUnary>(TBinary inner, TUnary outer) : IBinaryDerivatives<After<TBinary, TUnary>>
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
        where T : unmanaged, IReal<T> => OuterSlope(a, b) * TBinary.SlopeOfA(_inner, a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => OuterSlope(a, b) * TBinary.SlopeOfB(_inner, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T OuterSlope<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T value = _inner.Forward(a, b);
        return TUnary.SlopeOf(_outer, TUnary.SavesForSlope == Saved.Output ? _outer.Forward(value) : value);
    }
}

/// <summary>
/// A binary operator on unary ones, f(a) op g(b), as one: <c>Combine&lt;SiLUOp, IdentityOp, MultiplyOp&gt;</c> is SwiGLU's product.
/// </summary>
/// <param name="first">f.</param>
/// <param name="second">g.</param>
/// <param name="combination">The binary operator.</param>
public readonly struct Combine<TFirst, TSecond, TBinary>(TFirst first, TSecond second, TBinary combination)
    : IBinaryDerivatives<Combine<TFirst, TSecond, TBinary>>
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
        T slope = TFirst.SlopeOf(_first, TFirst.SavesForSlope == Saved.Output ? inner : a);
        return TBinary.SlopeOfA(_combination, inner, _second.Forward(b)) * slope;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T inner = _second.Forward(b);
        T slope = TSecond.SlopeOf(_second, TSecond.SavesForSlope == Saved.Output ? inner : b);
        return TBinary.SlopeOfB(_combination, _first.Forward(a), inner) * slope;
    }
}

/// <summary>Makes one operator of several, to run as one kernel.</summary>
public static class Chaining
{
    /// <summary>second(first(x)): <c>new AffineOp(2, 1).Then(default(TanhOp)).Then(default(SquareOp))</c>.</summary>
    /// <param name="first">The operator that sees the input.</param>
    /// <param name="second">The operator that sees the first one's output.</param>
    public static Then<TFirst, TSecond> Then<TFirst, TSecond>(this TFirst first, TSecond second)
        where TFirst : unmanaged, IUnaryOp
        where TSecond : unmanaged, IUnaryOp => new(first, second);
}
