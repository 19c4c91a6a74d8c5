using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The complement of the error function, 1 - erf x, with all digits where it is small.</summary>
public readonly struct ErfcOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => SpecialFunctions.Erfc(x);
}

/// <summary>The inverse of the error function: erf y = x. Infinite at 1 and -1, NaN beyond; y' = sqrt(pi)/2 e^(y^2).</summary>
public readonly struct ErfInvOp : IUnaryDerivative<ErfInvOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.ErfInv(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0.88622692545275801365 * T.Exp(saved * saved);
}

/// <summary>The logarithm of the gamma function's magnitude, ln |Gamma(x)|; infinite at 0 and at negative whole numbers. Its derivative is the digamma function.</summary>
public readonly struct LogGammaOp : IUnaryDerivative<LogGammaOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.LogGamma(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Digamma(saved);
}

/// <summary>The digamma function, the derivative of ln Gamma(x); infinite at 0, NaN at negative whole numbers.</summary>
public readonly struct DigammaOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Digamma(x);
}
