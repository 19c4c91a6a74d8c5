using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The exponential: y = e^x, y' = y.</summary>
public readonly struct ExpOp : IUnaryDerivative<ExpOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => saved;
}

/// <summary>e^x - 1, accurate near 0; y' = y + 1.</summary>
public readonly struct Expm1Op : IUnaryDerivative<Expm1Op>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => saved + 1f;
}

/// <summary>The natural logarithm: y = ln x.</summary>
public readonly struct LogOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Log(x);
}

/// <summary>ln(1 + x), accurate near 0.</summary>
public readonly struct Log1pOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Log1p(x);
}

/// <summary>The error function of a scaled input: y = erf(scale x).</summary>
/// <param name="scale">The factor.</param>
public readonly struct ErfOp(double scale) : IUnaryDerivative<ErfOp>
{
    private readonly double _scale = scale;
    private readonly double _slope = 1.12837916709551257390 * scale;

    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Erf(x * _scale);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => _slope * T.Exp(-((saved * _scale) * (saved * _scale)));
}

/// <summary>
/// The binary cross-entropy -(t ln p + (1 - t) ln(1 - p)) of a probability p, the first input, and a target t, with logarithms of -100 and
/// above.
/// </summary>
/// <remarks>The derivative by p is (p - t) / max(p (1 - p), 1e-12): both limits are those of PyTorch, the second one rounded to Float32. ln(1 - p)
/// keeps its digits where p is small.</remarks>
public readonly struct LogLossOp : IBinaryDerivatives<LogLossOp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => ((b - 1f) * Limited(T.Log1p(-a))) - (b * Limited(T.Log(a)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => (a - b) / T.Max(a * (1f - a), 1e-12f);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => Limited(T.Log1p(-a)) - Limited(T.Log(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Limited<T>(T logarithm)
        where T : unmanaged, IReal<T> => T.Max(logarithm, -100f);
}

/// <summary>The binary cross-entropy of s(x), the logistic function of a logit x, the first input, and a target t: t ln(1 + e^-x) +
/// (1 - t) ln(1 + e^x).</summary>
/// <remarks>Computed as ln(1 + e^-|x|) + t max(-x, 0) + (1 - t) max(x, 0), of which no term is negative where t is in [0, 1]: nothing cancels,
/// so confident logits keep their digits, right or wrong. 0 inf counts as 0.</remarks>
public readonly struct LogitLossOp : IBinaryDerivatives<LogitLossOp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        // Selections, either side of which is smooth, as in SoftplusOp.
        T near = T.Log1p(T.Exp(T.IfGreater(a, 0f, -a, a)));
        return near + T.IfGreater(a, 0f, T.Scaled(1f - b, a), T.Scaled(b, -a));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => ((1f - b) * T.Sigmoid(a)) - (b * T.Sigmoid(-a));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => -a;
}
