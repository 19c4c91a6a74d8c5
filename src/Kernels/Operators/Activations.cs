using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The rectifier: y = max(x, 0), y' = 1 where x &gt; 0, else 0. NaN passes through.</summary>
public readonly struct ReLUOp : IUnaryDerivative<ReLUOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(0f, x, 0f, x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(0f, saved, 0f, 1f);
}

/// <summary>The leaky rectifier: y = x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public readonly struct LeakyReLUOp(double slope) : IUnaryOp
{
    private readonly double _slope = slope;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, x, x * _slope);
}

/// <summary>The exponential linear unit: y = x where x &gt; 0, else alpha (e^x - 1). Clevert, Unterthiner, Hochreiter 2016.</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public readonly struct ELUOp(double alpha) : IUnaryOp
{
    private readonly double _alpha = alpha;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, x, _alpha * T.Expm1(T.IfGreater(x, 0f, 0f, x)));
}

/// <summary>The Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function, 0 at minus infinity. Hendrycks, Gimpel 2016.</summary>
public readonly struct GELUOp : IUnaryOp
{
    /// <inheritdoc/>
    /// <remarks>With Phi(x) = 1 - Q(x) = Q(-x) this is max(x, 0) - |x| Q(|x|), which loses no digits where x is negative.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Not the absolute value, whose slope at 0 is 0. At 40 the tail is zero; at infinity it would be multiplied by infinity.
        T a = T.IfGreater(x, 0f, x, -x);
        a = T.IfGreater(a, 40f, 40f, a);
        return T.MultiplyAdd(-a, T.NormalTail(a), T.IfGreater(x, 0f, x, 0f));
    }
}

/// <summary>The tanh approximation of <see cref="GELUOp"/>: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).</summary>
public readonly struct GELUTanhOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 0.5f * x * (1f + T.Tanh(0.79788456080286535588 * (x + (0.044715 * (x * x * x)))));
}

/// <summary>The sigmoid linear unit, also called swish: y = x s(x), s the logistic function. Ramachandran, Zoph, Le 2017.</summary>
public readonly struct SiLUOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * T.Sigmoid(x);
}

/// <summary>The logistic function: y = 1/(1 + e^-x), y' = y(1 - y).</summary>
public readonly struct SigmoidOp : IUnaryDerivative<SigmoidOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => saved * (1f - saved);
}

/// <summary>The smooth rectifier: y = ln(1 + e^x), computed as max(x, 0) + ln(1 + e^-|x|); y' is the logistic function.</summary>
public readonly struct SoftplusOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Not the absolute value and the maximum, which have a corner at 0: the formula of either side is smooth there.
        T smaller = T.IfGreater(x, 0f, -x, x);
        return T.IfGreater(x, 0f, x, 0f) + T.Log1p(T.Exp(smaller));
    }
}

/// <summary>The hyperbolic tangent: y = tanh x, y' = 1 - y^2.</summary>
public readonly struct TanhOp : IUnaryDerivative<TanhOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f - (saved * saved);
}
