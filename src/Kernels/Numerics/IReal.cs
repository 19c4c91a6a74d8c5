using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A floating-point number, or a SIMD register of them, with the elementary functions.</summary>
/// <typeparam name="T">The implementing type: <see cref="F32"/>, <see cref="F64"/>, a register of them, or <see cref="Dual{T}"/> of one of
/// these.</typeparam>
public interface IReal<T> : INumeric<T>
    where T : unmanaged, IReal<T>
{
    // The language looks for conversions to a type parameter in its direct constraints only, not in their base
    // interfaces, so the three of INumeric are declared again for code that is constrained to IReal.

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(double value);

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(float value);

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(int value);

    /// <summary>a * b + c, with one rounding where the hardware has it.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    /// <summary>The square root; NaN below zero.</summary>
    static abstract T Sqrt(T a);

    /// <summary>The largest integer not above the value.</summary>
    static abstract T Floor(T a);

    /// <summary>e to the power of the value.</summary>
    static abstract T Exp(T a);

    /// <summary>e to the power of the value, less one; exact near zero.</summary>
    static abstract T Expm1(T a);

    /// <summary>The natural logarithm; -inf at zero, NaN below.</summary>
    static abstract T Log(T a);

    /// <summary>The natural logarithm of one plus the value; exact near zero.</summary>
    static abstract T Log1p(T a);

    /// <summary>The hyperbolic tangent.</summary>
    static abstract T Tanh(T a);

    /// <summary>The logistic function 1 / (1 + e^-x).</summary>
    static abstract T Sigmoid(T a);

    /// <summary>The error function 2/sqrt(pi) times the integral of e^(-t^2) from 0 to the value.</summary>
    static abstract T Erf(T a);

    /// <summary>
    /// The upper tail of the standard normal distribution, Q(a) = P(Z &gt; a) = (1 - erf(a / sqrt 2)) / 2, for a of zero and above, and the
    /// distribution's density e^(-a^2/2) / sqrt(2 pi), which comes with it.
    /// </summary>
    static abstract T NormalTail(T a, out T density);

    /// <summary>The sine of an angle in radians.</summary>
    static abstract T Sin(T a);

    /// <summary>The cosine of an angle in radians.</summary>
    static abstract T Cos(T a);

    /// <summary>The angle in [-pi/2, pi/2] whose tangent the value is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Atan(T a) => SpecialFunctions.Atan(a);

    /// <summary>The number whose error function the value is; infinite at 1 and -1, NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T ErfInv(T a) => SpecialFunctions.ErfInv(a);

    /// <summary>The natural logarithm of the gamma function's magnitude; +inf at 0 and at negative whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T LogGamma(T a) => SpecialFunctions.LogGamma(a);

    /// <summary>The digamma function, the derivative of <see cref="LogGamma"/>; infinite at 0, NaN at negative whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Digamma(T a) => SpecialFunctions.Digamma(a);

    /// <summary>A slope times a value: 0 where the slope is, even of an infinite value. The chain rule of <see cref="Dual{T}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T Scaled(T slope, T value) => T.IfEqual(slope, default, default, slope * value);
}
