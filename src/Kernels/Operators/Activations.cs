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

/// <summary>The scaled exponential linear unit: y = s x where x &gt; 0, else s alpha (e^x - 1), s = 1.0507…, alpha = 1.6732…. Klambauer, Unterthiner, Mayr, Hochreiter 2017.</summary>
public readonly struct SELUOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, 1.0507009873554804934 * x, 1.7580993408473768600 * T.Expm1(T.IfGreater(x, 0f, 0f, x)));
}

/// <summary>The continuously differentiable exponential linear unit: y = x where x &gt; 0, else alpha (e^(x/alpha) - 1). Barron 2017.</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public readonly struct CELUOp(double alpha) : IUnaryOp
{
    private readonly double _alpha = alpha;
    private readonly double _inverse = 1 / alpha;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, x, _alpha * T.Expm1(T.IfGreater(x, 0f, 0f, x) * _inverse));
}

/// <summary>y = x tanh(ln(1 + e^x)), 0 at minus infinity. Misra 2019.</summary>
public readonly struct MishOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // tanh(ln(1 + u)) = (u^2 + 2 u) / (u^2 + 2 u + 2), and of v = 1/u where x is positive, so that nothing overflows.
        T e = T.Exp(T.IfGreater(x, 0f, -x, x));
        T numerator = T.IfGreater(x, 0f, 1f + (2f * e), e * (e + 2f));
        T rest = T.IfGreater(x, 0f, 2f * e * e, 2f);
        return T.Scaled(numerator / (numerator + rest), x);
    }
}

/// <summary>y = x min(max(x + 3, 0), 6)/6: 0 below -3 and x above 3. Howard et al. 2019. The slopes at -3 and 3 are -1/2 and 3/2.</summary>
public readonly struct HardswishOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(-3f, x, 0f, T.IfGreater(x, 3f, x, x * (x + 3f) * (1 / 6.0)));
}

/// <summary>y = min(max(x + 3, 0), 6)/6. The slopes at -3 and 3 are 0.</summary>
public readonly struct HardsigmoidOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(-3f, x, 0f, T.IfGreaterOrEqual(x, 3f, 1f, (x + 3f) * (1 / 6.0)));
}

/// <summary>Limits to an interval as <see cref="ClampOp"/> does, but with slope 0 at its borders. NaN passes through.</summary>
/// <param name="minimum">The smallest value let through.</param>
/// <param name="maximum">The largest value let through.</param>
public readonly struct HardtanhOp(double minimum, double maximum) : IUnaryOp
{
    private readonly double _minimum = minimum;
    private readonly double _maximum = maximum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(_minimum, x, _minimum, T.IfGreaterOrEqual(x, _maximum, _maximum, x));
}

/// <summary>y = x where |x| &gt; lambda, else 0, with slope 0 at the borders. NaN passes through.</summary>
/// <param name="lambda">Half the width of what becomes zero.</param>
public readonly struct HardshrinkOp(double lambda) : IUnaryOp
{
    private readonly double _lambda = lambda;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(_lambda, T.Abs(x), 0f, x);
}

/// <summary>y = x - lambda where x &gt; lambda, x + lambda where x &lt; -lambda, else 0, with slope 0 at the borders. NaN passes through.</summary>
/// <param name="lambda">How far values move towards zero.</param>
public readonly struct SoftshrinkOp(double lambda) : IUnaryOp
{
    private readonly double _lambda = lambda;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, _lambda, x - _lambda, T.IfGreater(-_lambda, x, x + _lambda, T.IfEqual(x, x, 0f, x)));
}

/// <summary>y = x - tanh x, with all digits near 0; y' = tanh^2 x.</summary>
public readonly struct TanhshrinkOp : IUnaryDerivative<TanhshrinkOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Lambert's fraction tanh x = x / (1 + d), d = x^2 / (3 + x^2 / (5 + …)), so x - tanh x = x d / (1 + d).
        T z = T.IfGreater(x * x, 1f, 1f, x * x);
        T d = 19f;
        for (int odd = 17; odd >= 3; odd -= 2)
        {
            d = odd + (z / d);
        }

        d = z / d;
        return T.IfGreater(x * x, 1f, x - T.Tanh(x), x * d / (1f + d));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T tanh = T.Tanh(saved);
        return tanh * tanh;
    }
}

/// <summary>y = x where x &gt; threshold, else a value. NaN passes through.</summary>
/// <param name="threshold">What x must be above.</param>
/// <param name="value">What stands for x otherwise.</param>
public readonly struct ThresholdOp(double threshold, double value) : IUnaryOp
{
    private readonly double _threshold = threshold;
    private readonly double _value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(_threshold, x, _value, x);
}

/// <summary>The logarithm of the logistic function, -ln(1 + e^-x); y' = 1/(1 + e^x).</summary>
public readonly struct LogSigmoidOp : IUnaryDerivative<LogSigmoidOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => -default(SoftplusOp).Forward(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Sigmoid(-saved);
}

/// <summary>y = x/(1 + |x|), 1 and -1 at the infinities.</summary>
public readonly struct SoftsignOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, -x, x);
        T rest = 1f / (1f + a);
        return T.IfGreater(a, 1f, T.IfGreater(0f, x, rest - 1f, 1f - rest), x * rest);
    }
}

/// <summary>The smooth rectifier ln(1 + e^(beta x))/beta, and x itself where beta x is above a threshold.</summary>
/// <param name="beta">The sharpness of the bend.</param>
/// <param name="threshold">Where it becomes the identity.</param>
public readonly struct ScaledSoftplusOp(double beta, double threshold) : IUnaryOp
{
    private readonly double _beta = beta;
    private readonly double _inverse = 1 / beta;
    private readonly double _threshold = threshold;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x * _beta, _threshold, x, default(SoftplusOp).Forward(x * _beta) * _inverse);
}

/// <summary>The leaky rectifier of a with a slope b that is learned: y = a where a &gt; 0, else a b. He, Zhang, Ren, Sun 2015.</summary>
public readonly struct PReLUOp : IBinaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => T.IfGreater(a, 0f, a, a * b);
}
