using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The elementary functions of <see cref="F32"/> and of its registers (<see cref="ISingles{T}"/>), written once for all.
/// </summary>
/// <remarks>
/// They are free of branches and tables and use nothing but IEEE addition, multiplication, division and integer shifts,
/// so a GPU kernel is as accurate as the CPU loop whatever the precision of the GPU's own approximations. The schemes
/// are the classical ones (W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980; J.-M. Muller,
/// Elementary Functions, 3rd ed., 2016); the polynomial coefficients are minimax fits in the relative error of the result,
/// made with the Remez exchange algorithm. The constants that are multiplied by an exponent or a quadrant number are cut
/// to so few bits that the product is exact also where there is no fused multiply-add.
/// </remarks>
internal static class SinglePrecision
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145751953125f; // 15 bits
    private const float Ln2Low = 1.42860677e-6f;

    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
    private const float Rounder = 12582912f;

    /// <summary>e^x by x = n ln 2 + r, e^r by a polynomial of degree 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        // e^89 overflows and e^-104 is less than half of the smallest denormal.
        x = T.AtMost(T.AtLeast(x, -104f), 89f);
        T n = RoundedProduct(x, Log2E);
        return T.Scale(ExpReducedMinusOne(Reduce(x, n)) + 1f, n);
    }

    /// <summary>e^x - 1 by 2^n (e^r - 1) + (2^n - 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Expm1<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T limited = T.AtMost(T.AtLeast(x, -20f), 89f);
        T n = RoundedProduct(limited, Log2E);
        T q = ExpReducedMinusOne(Reduce(limited, n));

        // Half of the result, because 2^128 is not a number.
        T half = T.PowerOfTwo(n - 1f);
        T y = T.MultiplyAdd(q, half, half - 0.5f);
        return T.IfGreater(1e-8f, T.Abs(x), x, y + y);
    }

    /// <summary>log(x) by x = m 2^e, log m by a polynomial in m - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        // A denormal is scaled into the normal numbers by 2^24.
        T normal = T.IfGreater(1.17549435e-38f, x, x * 16777216f, x);
        T bias = T.IfGreater(1.17549435e-38f, x, -24f, 0f);
        T e = T.ExponentOf(normal) + bias;
        return RealFunctions.LogSpecial(x, LogSum(T.FractionOf(normal) - 1f, e));
    }

    /// <summary>log(1 + x) by 1 + x = (1 + f) 2^e with f computed from x, not from the rounded sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1p<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T u = x + 1f;
        T e = T.ExponentOf(u);

        // f = (1 + x) 2^-e - 1; four times the scale, as 2^-128 is not a normal number.
        T scale = T.PowerOfTwo(2f - e);
        T f = T.MultiplyAdd(x * 0.25f, scale, T.MultiplyAdd(scale, 0.25f, -1f));
        T y = RealFunctions.LogSpecial(u, LogSum(f, e));
        return T.IfGreater(1e-8f, T.Abs(x), x, y);
    }

    /// <summary>tanh x: an odd polynomial below 0.625, above it 1 - 2 / (e^2x + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.Abs(x);
        T z = a * a;
        T p = T.MultiplyAdd(z, -0.005648318918f, 0.020589829f);
        p = T.MultiplyAdd(p, z, -0.05372512754f);
        p = T.MultiplyAdd(p, z, 0.1333127445f);
        p = T.MultiplyAdd(p, z, -0.3333327606f);
        T small = T.MultiplyAdd(a * z, p, a);

        // 1 - tanh(10) is less than a quarter of the last bit of 1.
        T exp = ExpBounded(T.AtMost(a + a, 20f));
        T large = 1f - (2f / (exp + 1f));
        return T.CopySign(T.IfGreater(0.625f, a, small, large), x);
    }

    /// <summary>erf x: an odd polynomial below 1, above it 1 - e^-q(x) with a polynomial q for -log(erfc x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.AtMost(T.Abs(x), 4f);
        T z = a * a;
        T p = T.MultiplyAdd(z, 7.853858085e-5f, -0.0008010192578f);
        p = T.MultiplyAdd(p, z, 0.005188327556f);
        p = T.MultiplyAdd(p, z, -0.02685381186f);
        p = T.MultiplyAdd(p, z, 0.1128358515f);
        p = T.MultiplyAdd(p, z, -0.3761262582f);
        p = T.MultiplyAdd(p, z, 0.1283791657f);
        T small = T.MultiplyAdd(a, p, a);

        T q = T.MultiplyAdd(a, -0.0001855730351f, 0.002939598002f);
        q = T.MultiplyAdd(q, a, -0.02180528231f);
        q = T.MultiplyAdd(q, a, 0.1030372961f);
        q = T.MultiplyAdd(q, a, 0.6382257578f);
        q = T.MultiplyAdd(q, a, 1.127039989f);
        q = T.MultiplyAdd(q, a, 0.0003537305923f);
        T large = 1f - ExpBounded(-q);
        return T.CopySign(T.IfGreater(1f, a, small, large), x);
    }

    /// <summary>Q(a) = e^(-a^2/2) R(a) for a of zero and above, with a rational function for Mills' ratio R, which falls slowly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T NormalTail<T>(T a, out T density)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        // Q(14.2) is less than half of the smallest denormal.
        a = T.AtMost(a, 14.5f);
        T p = T.MultiplyAdd(a, 0.004116545924f, 0.04063483443f);
        p = T.MultiplyAdd(p, a, 0.1832399221f);
        p = T.MultiplyAdd(p, a, 0.4383014199f);
        p = T.MultiplyAdd(p, a, 0.5000000030f);
        T q = T.MultiplyAdd(a, 0.01031853071f, 0.1018628699f);
        q = T.MultiplyAdd(q, a, 0.4694832525f);
        q = T.MultiplyAdd(q, a, 1.202523033f);
        q = T.MultiplyAdd(q, a, 1.674487821f);
        q = T.MultiplyAdd(q, a, 1f);

        // The square in two parts, the first exact, since its error is that of the exponential's digits: e^(-r/2) with r = a^2 + 2 n ln 2.
        T leading = T.Leading(a);
        T square = leading * leading;
        T n = RoundedProduct(leading * a, -0.5f * Log2E);
        T r = T.MultiplyAdd(n, 2 * Ln2Low, T.MultiplyAdd(n, 2 * Ln2High, square));
        r = T.MultiplyAdd(a - leading, a + leading, r);
        T e = T.MultiplyAdd(r, 2.20666820392e-5f, -0.000262346864364f);
        e = T.MultiplyAdd(e, r, 0.00260395009429f);
        e = T.MultiplyAdd(e, r, -0.0208326442358f);
        e = T.MultiplyAdd(e, r, 0.125000026898f);
        e = T.MultiplyAdd(e, r, -0.500000061458f);
        e = T.MultiplyAdd(e, r, 1f);
        density = T.Scale(e * 0.3989422804f, n);
        return T.Scale(e * (p / q), n);
    }

    /// <summary>The sine of q quarter turns and the angle r, |r| up to pi/4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SinReduced<T>(T q, T r)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T z = r * r;
        T p = T.MultiplyAdd(z, -0.000195146317f, 0.008332156053f);
        p = T.MultiplyAdd(p, z, -0.1666665454f);
        T sin = T.MultiplyAdd(r * z, p, r);
        T c = T.MultiplyAdd(z, 2.443241341e-5f, -0.001388730987f);
        c = T.MultiplyAdd(c, z, 0.04166664555f);
        T cos = T.MultiplyAdd(z * z, c, T.MultiplyAdd(z, -0.5f, 1f));
        return RealFunctions.SinOfQuarters(q, sin, cos);
    }

    /// <summary>x to the power y, by e^(y log x) with the logarithm and the product in two parts each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Pow<T>(T x, T y)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.Abs(x);
        T normal = T.IfGreater(1.17549435e-38f, a, a * 16777216f, a);
        T e = T.ExponentOf(normal) + T.IfGreater(1.17549435e-38f, a, -24f, 0f);
        T m = T.FractionOf(normal);

        // log m = log c + 2 atanh s, s = (m - c) / (m + c) in two parts, where c is 1 or 1.5 and |s| below 0.102.
        T doubled = T.IfGreater(0.8660254f, m, 1f, 0f);
        m = T.MultiplyAdd(m, doubled, m);
        e -= doubled;
        T middle = 1.2247449f;
        T c = T.IfGreater(m, middle, 1.5f, 1f);
        T logCHigh = T.IfGreater(m, middle, 0.40545654296875f, 0f);
        T logCLow = T.IfGreater(m, middle, 8.565139414e-6f, 0f);
        T f = m - c;
        T d = m + c;
        T dHigh = T.Leading(d);
        T s = f / d;
        T sHigh = T.Leading(s);
        T sLow = (f - (sHigh * dHigh) - (sHigh * (m - (dHigh - c)))) / d;
        T z = s * s;
        T p = T.MultiplyAdd(z, 0.2901415522f, 0.3999735842f);
        p = T.MultiplyAdd(p, z, 0.6666667114f);
        T tail = T.MultiplyAdd(s * z, p, sLow + sLow) + logCLow;

        T whole = T.MultiplyAdd(e, Ln2High, logCHigh);
        T high = whole + (sHigh + sHigh);
        T low = whole - high + (sHigh + sHigh) + T.MultiplyAdd(e, Ln2Low, tail);
        T logHigh = T.Leading(high + low);
        T logLow = low - (logHigh - high);

        // Where the product is out of range, infinite or NaN it is taken as it is, without its low part.
        T log = T.IfGreater(float.PositiveInfinity, a, T.IfEqual(a, 0f, float.NegativeInfinity, high), a);
        T power = y * log;
        T size = T.Abs(power);
        T yHigh = T.Leading(y);
        T powerHigh = T.IfGreater(150f, size, yHigh * logHigh, T.AtMost(T.AtLeast(power, -150f), 150f));
        T powerLow = T.IfGreater(150f, size, T.MultiplyAdd(y, logLow, (y - yHigh) * logHigh), 0f);

        T n = RoundedProduct(powerHigh + powerLow, Log2E);
        T magnitude = T.Scale(ExpReducedMinusOne(Reduce(powerHigh, n) + powerLow) + 1f, n);
        return RealFunctions.PowSpecial(x, y, magnitude);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T RoundedProduct<T>(T x, float y)
        where T : unmanaged, IRealBits<T>, IReal<T>
        => T.MultiplyAdd(x, y, Rounder) - Rounder;

    /// <summary>x - n ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Reduce<T>(T x, T n)
        where T : unmanaged, IRealBits<T>, IReal<T>
        => T.MultiplyAdd(n, -Ln2Low, T.MultiplyAdd(n, -Ln2High, x));

    /// <summary>e^r - 1 for |r| up to ln(2) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpReducedMinusOne<T>(T r)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T p = T.MultiplyAdd(r, 0.001388239227f, 0.008367180881f);
        p = T.MultiplyAdd(p, r, 0.04166722134f);
        p = T.MultiplyAdd(p, r, 0.1666653868f);
        p = T.MultiplyAdd(p, r, 0.4999999804f);
        return T.MultiplyAdd(r * r, p, r);
    }

    /// <summary>e^x where the result is a normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpBounded<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T n = RoundedProduct(x, Log2E);
        return (ExpReducedMinusOne(Reduce(x, n)) + 1f) * T.PowerOfTwo(n);
    }

    /// <summary>log(1 + f) + e ln 2 for f in [sqrt(1/2) - 1, sqrt(2) - 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogSum<T>(T f, T e)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T p = T.MultiplyAdd(f, -0.07634529559f, 0.1276161767f);
        p = T.MultiplyAdd(p, f, -0.1316018875f);
        p = T.MultiplyAdd(p, f, 0.1420175259f);
        p = T.MultiplyAdd(p, f, -0.1662335615f);
        p = T.MultiplyAdd(p, f, 0.2000122707f);
        p = T.MultiplyAdd(p, f, -0.2500082107f);
        p = T.MultiplyAdd(p, f, 0.3333333171f);
        T z = f * f;
        T y = T.MultiplyAdd(e, Ln2Low, f * z * p);
        y = T.MultiplyAdd(z, -0.5f, y) + f;
        return T.MultiplyAdd(e, Ln2High, y);
    }
}
