using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Elementary functions written once for scalars and vectors, in terms of the other functions of
/// <see cref="IReal{T}"/>.</summary>
internal static class RealFunctions
{
    /// <summary>e^x - 1, as u - 1 scaled by x / log(u) with u = e^x (W. Kahan).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Expm1<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T u = T.Exp(x);
        T near = (u - 1) * (x / T.IfEqual(u, 1, 1, T.Log(u)));
        return T.IfGreater(T.Abs(x), 1, u - 1, T.IfEqual(u, 1, x, near));
    }

    /// <summary>log(1 + x), as log(u) scaled by x / (u - 1) with u = 1 + x (W. Kahan).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1p<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T u = x + 1;
        T near = T.Log(u) * (x / T.IfEqual(u, 1, 1, u - 1));
        return T.IfGreater(T.Abs(x), 1, T.Log(u), T.IfEqual(u, 1, x, near));
    }

    /// <summary>The hyperbolic tangent, from e^-2|x| - 1 so that it neither overflows nor cancels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T e = Expm1(T.Abs(x) * -2);
        T magnitude = -e / (e + 2);
        return T.IfGreater(0, x, -magnitude, magnitude);
    }

    /// <summary>1 / (1 + e^-x), from e^-|x| so that it does not overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T e = T.Exp(-T.Abs(x));
        return T.IfGreater(0, x, e, 1) / (e + 1);
    }

    /// <summary>The error function: its Maclaurin series below 2, and above it 1 minus the continued fraction of erfc
    /// (Abramowitz and Stegun, 7.1.5 and 7.1.14).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Min(T.Abs(x), 6);
        T square = a * a;
        T term = a;
        T series = a;
        for (int n = 1; n < 40; n++)
        {
            term *= -square / n;
            series += term / ((2 * n) + 1);
        }

        T fraction = a;
        for (int n = 60; n > 0; n--)
        {
            T half = n * 0.5;
            fraction = a + (half / T.IfGreater(a, 1, fraction, 1));
        }

        T tail = 1 - (T.Exp(-square) / (fraction * 1.7724538509055160));
        T magnitude = T.IfGreater(a, 2, tail, series * 1.1283791670955126);
        return T.IfGreater(0, x, -magnitude, magnitude);
    }
}
