using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The parts of the elementary functions that do not depend on the precision.</summary>
internal static class RealFunctions
{
    /// <summary>e^x / (1 + e^x), which is 1 where the sum no longer holds the 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T e = T.Exp(T.AtMost(x, 60f));
        return e / (e + 1f);
    }

    /// <summary>The logarithm where it is finite, and -inf, NaN and +inf where it is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogSpecial<T>(T x, T log)
        where T : unmanaged, IReal<T>
    {
        T special = T.IfEqual(x, 0f, float.NegativeInfinity, float.NaN);
        return T.IfGreater(x, 0f, T.IfEqual(x, float.PositiveInfinity, x, log), special);
    }

    /// <summary>The sine of q quarter turns and an angle of which the sine and the cosine are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SinOfQuarters<T>(T q, T sin, T cos)
        where T : unmanaged, IReal<T>
    {
        // q = 4 i + 2 g + odd: the odd quarters take the cosine, the second half turn the other sign.
        T half = T.Floor(q * 0.5f);
        T odd = q - (half + half);
        T g = half - (T.Floor(half * 0.5f) * 2f);
        T y = T.IfGreater(odd, 0.5f, cos, sin);
        return T.IfGreater(g, 0.5f, -y, y);
    }

    /// <summary>The sign and the special cases of x^y as IEEE 754 has them for pow, given |x|^y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T PowSpecial<T>(T x, T y, T magnitude)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.Abs(x);
        T half = y * 0.5f;
        T even = T.IfEqual(T.Floor(half), half, magnitude, T.CopySign(magnitude, x));

        // A negative finite number has real powers at integers only; minus one to an infinite power is one.
        T real = T.IfGreater(0f, x, T.IfEqual(a, float.PositiveInfinity, magnitude, float.NaN), magnitude);
        T y1 = T.IfEqual(T.Floor(y), y, even, real);
        y1 = T.IfEqual(T.Abs(y), float.PositiveInfinity, T.IfEqual(a, 1f, 1f, magnitude), y1);
        return T.IfEqual(y, 0f, 1f, T.IfEqual(x, 1f, 1f, y1));
    }
}
