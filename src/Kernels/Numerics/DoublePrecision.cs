using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The elementary functions of <see cref="F64"/> and of its registers (<see cref="IDoubles{T}"/>), written once for all.
/// </summary>
/// <remarks>The schemes are those of <see cref="SinglePrecision"/>, with more terms. Constants of 33 bits make the products
/// with an exponent exact also where there is no fused multiply-add.</remarks>
internal static class DoublePrecision
{
    private const double Log2E = 1.4426950408889634074;
    private const double Ln2High = 0.6931471806019545; // 33 bits
    private const double Ln2Low = -4.2009150726810846e-11;

    // Adding and subtracting 1.5 * 2^52 rounds to the nearest integer.
    private const double Rounder = 6755399441055744.0;

    private const double MinNormal = 2.2250738585072014e-308;
    private const double TwoTo54 = 18014398509481984.0;

    /// <summary>e^x by x = n ln 2 + r, e^r by a polynomial of degree 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        // e^710 overflows and e^-746 is less than half of the smallest denormal.
        x = T.AtMost(T.AtLeast(x, -746.0), 710.0);
        T n = RoundedProduct(x, Log2E);
        return T.Scale(ExpReducedMinusOne(Reduce(x, n)) + 1.0, n);
    }

    /// <summary>e^x - 1 by 2^n (e^r - 1) + (2^n - 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Expm1<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T limited = T.AtMost(T.AtLeast(x, -40.0), 710.0);
        T n = RoundedProduct(limited, Log2E);
        T q = ExpReducedMinusOne(Reduce(limited, n));

        // Half of the result, because 2^1024 is not a number.
        T half = T.PowerOfTwo(n - 1.0);
        T y = T.MultiplyAdd(q, half, half - 0.5);
        return T.IfGreater(1e-17, T.Abs(x), x, y + y);
    }

    /// <summary>log(x) by x = m 2^e, log m by a polynomial in (m - 1) / (m + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T normal = T.IfGreater(MinNormal, x, x * TwoTo54, x);
        T e = T.ExponentOf(normal) + T.IfGreater(MinNormal, x, -54.0, 0.0);
        return RealFunctions.LogSpecial(x, LogSum(T.FractionOf(normal) - 1.0, e));
    }

    /// <summary>log(1 + x) by 1 + x = (1 + f) 2^e with f computed from x, not from the rounded sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1p<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T u = x + 1.0;
        T e = T.ExponentOf(u);

        // f = (1 + x) 2^-e - 1; four times the scale, as 2^-1024 is not a normal number.
        T scale = T.PowerOfTwo(2.0 - e);
        T f = T.MultiplyAdd(x * 0.25, scale, T.MultiplyAdd(scale, 0.25, -1.0));
        T y = RealFunctions.LogSpecial(u, LogSum(f, e));
        return T.IfGreater(1e-17, T.Abs(x), x, y);
    }

    /// <summary>tanh x = -t / (t + 2) with t = e^-2|x| - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T t = Expm1(T.Abs(x) * -2.0);
        return T.CopySign(t / (t + 2.0), x);
    }

    /// <summary>erf x: an odd polynomial below 1, above it 1 - e^-q(x) with a polynomial q for -log(erfc x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.AtMost(T.Abs(x), 6.0);
        T z = a * a;
        T p = T.MultiplyAdd(z, -7.779469271346316714e-10, 1.371098224674525211e-8);
        p = T.MultiplyAdd(p, z, -1.6206314582852143394e-7);
        p = T.MultiplyAdd(p, z, 1.6447131740852298893e-6);
        p = T.MultiplyAdd(p, z, -1.4924712321700574748e-5);
        p = T.MultiplyAdd(p, z, 0.00012055293578287336703);
        p = T.MultiplyAdd(p, z, -0.00085483259293746485484);
        p = T.MultiplyAdd(p, z, 0.0052239776061200419565);
        p = T.MultiplyAdd(p, z, -0.026866170643111696355);
        p = T.MultiplyAdd(p, z, 0.11283791670944186349);
        p = T.MultiplyAdd(p, z, -0.37612638903183519582);
        p = T.MultiplyAdd(p, z, 0.12837916709551256566);
        T small = T.MultiplyAdd(a, p, a);

        T t = a - 2.5;
        T q = T.MultiplyAdd(t, 4.8633897162731668249e-12, 4.7242414861143421771e-12);
        q = T.MultiplyAdd(q, t, -5.6023387292072577341e-11);
        q = T.MultiplyAdd(q, t, 1.0833066028641209516e-10);
        q = T.MultiplyAdd(q, t, -7.7330742120836137703e-10);
        q = T.MultiplyAdd(q, t, 3.7157862841483124424e-9);
        q = T.MultiplyAdd(q, t, -1.0909235227145211699e-8);
        q = T.MultiplyAdd(q, t, 1.2327532538626487967e-8);
        q = T.MultiplyAdd(q, t, 1.5577297299704966728e-7);
        q = T.MultiplyAdd(q, t, -1.7688608842728148598e-6);
        q = T.MultiplyAdd(q, t, 1.2756012256307879323e-5);
        q = T.MultiplyAdd(q, t, -7.7030786266515300033e-5);
        q = T.MultiplyAdd(q, t, 0.00042093251656376358546);
        q = T.MultiplyAdd(q, t, -0.0021654769155739402623);
        q = T.MultiplyAdd(q, t, 0.010858072740396071628);
        q = T.MultiplyAdd(q, t, 0.94389373352563102647);
        q = T.MultiplyAdd(q, t, 5.3526807509864948226);
        q = T.MultiplyAdd(q, t, 7.8068152727272541309);
        T large = 1.0 - ExpBounded(-q);
        return T.CopySign(T.IfGreater(1.0, a, small, large), x);
    }

    /// <summary>Q(a) = e^(-a^2/2) R(a) for a of zero and above, with a rational function for Mills' ratio R, which falls slowly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T NormalTail<T>(T a, out T density)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        // Q(38.6) is less than half of the smallest denormal.
        a = T.AtMost(a, 39.0);
        T p = T.MultiplyAdd(a, 1.3858758260208500986e-6, 3.7257950743481177763e-5);
        p = T.MultiplyAdd(p, a, 0.00049045796417808171564);
        p = T.MultiplyAdd(p, a, 0.0040895870515184260405);
        p = T.MultiplyAdd(p, a, 0.023623680589334591336);
        p = T.MultiplyAdd(p, a, 0.097703354969927380294);
        p = T.MultiplyAdd(p, a, 0.28934132889418990387);
        p = T.MultiplyAdd(p, a, 0.59405811948729747717);
        p = T.MultiplyAdd(p, a, 0.7748818668514966707);
        p = T.MultiplyAdd(p, a, 0.49999999999999997434);
        T q = T.MultiplyAdd(a, 3.4738755306417622316e-6, 9.339183278628502067e-5);
        q = T.MultiplyAdd(q, a, 0.0012328696762565960702);
        q = T.MultiplyAdd(q, a, 0.010344466356505258598);
        q = T.MultiplyAdd(q, a, 0.060438234190863763489);
        q = T.MultiplyAdd(q, a, 0.25497027124918859562);
        q = T.MultiplyAdd(q, a, 0.78206313292019678999);
        q = T.MultiplyAdd(q, a, 1.7144166767623242106);
        q = T.MultiplyAdd(q, a, 2.5612685673563130383);
        q = T.MultiplyAdd(q, a, 2.3476482945058485752);
        q = T.MultiplyAdd(q, a, 1.0);

        // The square in two parts, since its error is that of the exponential's digits.
        T leading = T.Leading(a);
        T high = leading * leading * -0.5;
        T low = (leading - a) * (0.5 * (leading + a));
        T n = RoundedProduct(high + low, Log2E);
        T power = ExpReducedMinusOne(Reduce(high, n) + low) + 1.0;
        density = T.Scale(power * 0.39894228040143267794, n);
        return T.Scale(power * (p / q), n);
    }

    /// <summary>The sine of q quarter turns and the angle r, |r| up to pi/4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SinReduced<T>(T q, T r)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T z = r * r;
        T p = T.MultiplyAdd(z, 1.5895904413287890676e-10, -2.5050742301445734788e-8);
        p = T.MultiplyAdd(p, z, 2.7557313587570786183e-6);
        p = T.MultiplyAdd(p, z, -0.00019841269829495322657);
        p = T.MultiplyAdd(p, z, 0.0083333333333220052253);
        p = T.MultiplyAdd(p, z, -0.16666666666666630292);
        T sin = T.MultiplyAdd(r * z, p, r);
        T c = T.MultiplyAdd(z, -1.1358310513677142222e-11, 2.0875696573366477039e-9);
        c = T.MultiplyAdd(c, z, -2.7557314148632259074e-7);
        c = T.MultiplyAdd(c, z, 2.4801587288748230385e-5);
        c = T.MultiplyAdd(c, z, -0.0013888888888872895215);
        c = T.MultiplyAdd(c, z, 0.041666666666666592018);
        T cos = T.MultiplyAdd(z * z, c, T.MultiplyAdd(z, -0.5, 1.0));
        return RealFunctions.SinOfQuarters(q, sin, cos);
    }

    /// <summary>x to the power y, by e^(y log x) with the logarithm and the product in two parts each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Pow<T>(T x, T y)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T a = T.Abs(x);
        T normal = T.IfGreater(MinNormal, a, a * TwoTo54, a);
        T e = T.ExponentOf(normal) + T.IfGreater(MinNormal, a, -54.0, 0.0);
        T m = T.FractionOf(normal);

        // log m = log c + 2 atanh s, s = (m - c) / (m + c) in two parts, where c is 1 or 1.5 and |s| below 0.102.
        T doubled = T.IfGreater(0.8660254037844386, m, 1.0, 0.0);
        m = T.MultiplyAdd(m, doubled, m);
        e -= doubled;
        T middle = 1.224744871391589;
        T c = T.IfGreater(m, middle, 1.5, 1.0);
        T logCHigh = T.IfGreater(m, middle, 0.4054651081096381, 0.0);
        T logCLow = T.IfGreater(m, middle, -1.4737129240254588e-12, 0.0);
        T f = m - c;
        T d = m + c;
        T dHigh = T.Leading(d);
        T s = f / d;
        T sHigh = T.Leading(s);
        T sLow = (f - (sHigh * dHigh) - (sHigh * (m - (dHigh - c)))) / d;

        // 2 atanh s = 2/3 s (3 + s^2 + ...), every factor in two parts.
        T z = s * s;
        T p = T.MultiplyAdd(z, 0.2069936723067764409, 0.23066017476454301468);
        p = T.MultiplyAdd(p, z, 0.27272813042116163765);
        p = T.MultiplyAdd(p, z, 0.33333332978268544436);
        p = T.MultiplyAdd(p, z, 0.42857142857863806897);
        p = T.MultiplyAdd(p, z, 0.59999999999999454073);
        T zHigh = sHigh * sHigh;
        T rest = T.MultiplyAdd(z * z, p, sLow * (sHigh + s));
        T sumHigh = T.Leading(zHigh + 3.0 + rest);
        T sumLow = rest - (sumHigh - 3.0 - zHigh);
        T product = sHigh * sumHigh;
        T correction = T.MultiplyAdd(s, sumLow, sLow * sumHigh);
        T productHigh = T.Leading(product + correction);
        T productLow = correction - (productHigh - product);
        T atanhHigh = productHigh * 0.6666666567325592041;
        T atanhLow = T.MultiplyAdd(productLow, 0.66666666666666667, productHigh * 9.9341074625651041667e-9);

        T whole = T.MultiplyAdd(e, Ln2High, logCHigh);
        T high = whole + atanhHigh;
        T low = whole - high + atanhHigh + T.MultiplyAdd(e, Ln2Low, atanhLow + logCLow);
        T logHigh = T.Leading(high + low);
        T logLow = low - (logHigh - high);

        // Where the product is out of range, infinite or NaN it is taken as it is, without its low part.
        T log = T.IfGreater(double.PositiveInfinity, a, T.IfEqual(a, 0.0, double.NegativeInfinity, high), a);
        T power = y * log;
        T size = T.Abs(power);
        T yHigh = T.Leading(y);
        T powerHigh = T.IfGreater(1000.0, size, yHigh * logHigh, T.AtMost(T.AtLeast(power, -1000.0), 1000.0));
        T powerLow = T.IfGreater(1000.0, size, T.MultiplyAdd(y, logLow, (y - yHigh) * logHigh), 0.0);

        T n = RoundedProduct(powerHigh + powerLow, Log2E);
        T magnitude = T.Scale(ExpReducedMinusOne(Reduce(powerHigh, n) + powerLow) + 1.0, n);
        return RealFunctions.PowSpecial(x, y, magnitude);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T RoundedProduct<T>(T x, double y)
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
        T p = T.MultiplyAdd(r, 2.0875305694123599483e-9, 2.5110110524244634927e-8);
        p = T.MultiplyAdd(p, r, 2.7557405980654690188e-7);
        p = T.MultiplyAdd(p, r, 2.7557241367236881923e-6);
        p = T.MultiplyAdd(p, r, 0.000024801587164699068706);
        p = T.MultiplyAdd(p, r, 0.00019841269888685191497);
        p = T.MultiplyAdd(p, r, 0.0013888888888968389051);
        p = T.MultiplyAdd(p, r, 0.008333333333320738075);
        p = T.MultiplyAdd(p, r, 0.041666666666666492434);
        p = T.MultiplyAdd(p, r, 0.16666666666666677525);
        p = T.MultiplyAdd(p, r, 0.5);
        return T.MultiplyAdd(r * r, p, r);
    }

    /// <summary>e^x where the result is a normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpBounded<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T n = RoundedProduct(x, Log2E);
        return (ExpReducedMinusOne(Reduce(x, n)) + 1.0) * T.PowerOfTwo(n);
    }

    /// <summary>log(1 + f) + e ln 2 for f in [sqrt(1/2) - 1, sqrt(2) - 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogSum<T>(T f, T e)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T s = f / (f + 2.0);
        T z = s * s;
        T p = T.MultiplyAdd(z, 0.14796105483485399791, 0.15314035830174915834);
        p = T.MultiplyAdd(p, z, 0.18183564867145732915);
        p = T.MultiplyAdd(p, z, 0.22222198562463864185);
        p = T.MultiplyAdd(p, z, 0.28571428742475365529);
        p = T.MultiplyAdd(p, z, 0.39999999999414316779);
        p = T.MultiplyAdd(p, z, 0.66666666666667344615);
        T square = f * f * 0.5;
        T y = T.MultiplyAdd(s, T.MultiplyAdd(z, p, square), e * Ln2Low);
        y = f - (square - y);
        return T.MultiplyAdd(e, Ln2High, y);
    }
}
