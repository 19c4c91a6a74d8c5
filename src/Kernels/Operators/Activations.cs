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
public readonly struct ELUOp(double alpha) : IUnaryDerivative<ELUOp>
{
    private readonly double _alpha = alpha;

    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, x, _alpha * T.Expm1(T.IfGreater(x, 0f, 0f, x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreater(saved, 0f, 1f, _alpha * T.Exp(T.IfGreater(saved, 0f, 0f, saved)));
}

/// <summary>The Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function, 0 at minus infinity. Hendrycks, Gimpel 2016.</summary>
public readonly struct GELUOp : IUnaryDerivative<GELUOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    /// <remarks>Computed as max(x, 0) - |x| Q(|x|), Q = 1 - Phi the tail, so that no digits are lost where x is negative.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Not the absolute value, whose slope at 0 is 0. At minus infinity Q is zero and x infinite.
        T a = T.IfGreater(0f, x, -x, x);
        return T.IfGreater(0f, x, 0f, x) - T.Scaled(T.NormalTail(a, out _), a);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, saved, -saved, saved);
        T tail = T.NormalTail(a, out T density);
        T below = tail - T.Scaled(density, a);
        return T.IfGreater(0f, saved, below, 1f - below);
    }
}

/// <summary>The tanh approximation of <see cref="GELUOp"/>: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), 0 at minus infinity.</summary>
/// <remarks>(1 + tanh u)/2 is the logistic function of 2u, which keeps its digits where it is small. It is 0 or 1 long before 32, the limit
/// beyond which u is not followed: cubes of large x would overflow.</remarks>
public readonly struct GELUTanhOp : IUnaryDerivative<GELUTanhOp>
{
    private const double Slope = 1.59576912160573071176; // 2 sqrt(2/pi)

    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T z = Limited(x);
        return T.Scaled(Share(z, z * z), x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T z = Limited(saved);
        T square = z * z;
        T share = Share(z, square);
        return share + (share * (1f - share) * (z * (Slope + ((Slope * 0.134145) * square))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Limited<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 32f, 32f, T.IfGreater(-32f, x, -32f, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Share<T>(T z, T square)
        where T : unmanaged, IReal<T> => T.Sigmoid(z * (Slope + ((Slope * 0.044715) * square)));
}

/// <summary>The sigmoid linear unit, also called swish: y = x s(x), s the logistic function, 0 at minus infinity. Ramachandran, Zoph, Le 2017.</summary>
public readonly struct SiLUOp : IUnaryDerivative<SiLUOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Scaled(T.Sigmoid(x), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T sigmoid = T.Sigmoid(saved);
        return sigmoid + T.Scaled(sigmoid * (1f - sigmoid), saved);
    }
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
public readonly struct SoftplusOp : IUnaryDerivative<SoftplusOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Not the absolute value and the maximum, which have a corner at 0: the formula of either side is smooth there.
        T smaller = T.IfGreater(x, 0f, -x, x);
        return T.IfGreater(x, 0f, x, 0f) + T.Log1p(T.Exp(smaller));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Sigmoid(saved);
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
