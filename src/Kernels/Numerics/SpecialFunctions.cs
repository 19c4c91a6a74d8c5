using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// Functions that are formulas over <see cref="IReal{T}"/> alone, the same for every precision: the arcus tangent, the complement and the inverse
/// of the error function, the gamma function's logarithm and its derivatives.
/// </summary>
/// <remarks>The polynomials are near-minimax in the relative error of the result (expansions in Chebyshev polynomials of 50 digits), good for
/// double precision. Zeros of the functions are factors of their own, so that no digit is lost beside them.</remarks>
internal static class SpecialFunctions
{
    private const double HalfPi = 1.5707963267948966192;
    private const double QuarterPi = 0.78539816339744830962;
    private const double Sqrt2 = 1.4142135623730950488;

    /// <summary>atan x, by 1/x above 1 and (x - 1)/(x + 1) above tan(pi/8), where an odd polynomial begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Atan<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, -x, x);
        T inner = T.IfGreater(a, 1f, 1f / a, a);
        T r = T.IfGreater(inner, 0.41421356f, (inner - 1f) / (inner + 1f), inner);
        T z = r * r;
        T p = T.MultiplyAdd(z, 0.016271944751624060358, -0.034558092551413796109);
        p = T.MultiplyAdd(p, z, 0.045511081263251718832);
        p = T.MultiplyAdd(p, z, -0.052303478730160741827);
        p = T.MultiplyAdd(p, z, 0.05878914544400621696);
        p = T.MultiplyAdd(p, z, -0.066664236280692575788);
        p = T.MultiplyAdd(p, z, 0.076922963049744700568);
        p = T.MultiplyAdd(p, z, -0.090909087510766358766);
        p = T.MultiplyAdd(p, z, 0.11111111105106705143);
        p = T.MultiplyAdd(p, z, -0.14285714285659327298);
        p = T.MultiplyAdd(p, z, 0.19999999999999802534);
        p = T.MultiplyAdd(p, z, -0.33333333333333333216);
        T y = T.MultiplyAdd(r * z, p, r);
        y = T.IfGreater(inner, 0.41421356f, y + QuarterPi, y);
        y = T.IfGreater(a, 1f, HalfPi - y, y);
        return T.IfGreater(0f, x, -y, y);
    }

    /// <summary>1 - erf x with all digits where it is small: 2 Q(sqrt(2) x), with the error of the product put right by the slope of Q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erfc<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Beyond 30 nothing is left.
        T a = T.IfGreater(0f, x, -x, x);
        a = T.IfGreater(a, 30f, 30f, a);
        T y = 2f * UpperTail(a, out _);
        return T.IfGreater(0f, x, 2f - y, y);
    }

    /// <summary>The y of erf y = x: from a polynomial, by two steps of Halley's method on erf, or on its complement where x is near 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ErfInv<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x);
        T rest = 1f - a;
        T w = -T.Log(rest * (a + 1f));
        T s = T.Sqrt(w) - 4.3;
        T t = w - 3f;
        T central = T.MultiplyAdd(t, 3.4981592916263148908e-7, -1.9667799975417611633e-6);
        central = T.MultiplyAdd(central, t, -0.000012153590001872190889);
        central = T.MultiplyAdd(central, t, 0.0001959617604408685338);
        central = T.MultiplyAdd(central, t, -0.00083719331782309691126);
        central = T.MultiplyAdd(central, t, -0.0057395297836792353017);
        central = T.MultiplyAdd(central, t, 0.24163068857211118793);
        central = T.MultiplyAdd(central, t, 1.6235423869807595604);
        T tail = T.MultiplyAdd(s, -0.00017442514151543757874, 0.00047617072076233237146);
        tail = T.MultiplyAdd(tail, s, -0.00038671889240657668827);
        tail = T.MultiplyAdd(tail, s, 0.0001822472040745643868);
        tail = T.MultiplyAdd(tail, s, 1.0100094398934742818);
        tail = T.MultiplyAdd(tail, s, 4.1428118220890598564);
        T y = a * T.IfGreater(6f, w, central, tail);
        for (int step = 0; step < 2; step++)
        {
            T upper = UpperTail(y, out T density);
            T off = T.IfGreater(a, 0.5f, rest - (upper + upper), T.Erf(y) - a) / (density * (2 * Sqrt2));
            y -= off / T.MultiplyAdd(off, y, 1f);
        }

        y = T.IfEqual(a, 1f, double.PositiveInfinity, y);
        return T.IfGreater(0f, x, -y, y);
    }

    /// <summary>ln |Gamma(x)|: Stirling's series from 10 on, (x - 2) times a polynomial around 2, to which the numbers between are shifted by
    /// products, and Euler's reflection below 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogGamma<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, 1f - x, x);

        // Below 1.5 up by one or two: the gamma function of the shifted number is the product times that of a.
        T lower = T.IfGreater(0.5f, a, a * (a + 1f), a);
        T t = T.IfGreater(1.5f, a, T.IfGreater(0.5f, a, a + 2f, a + 1f), T.IfGreater(a, 10f, 2f, a));
        T product = 1f;
        for (int i = 0; i < 8; i++)
        {
            T less = t - 1f;
            product = T.IfGreaterOrEqual(t, 2.5f, product * less, product);
            t = T.IfGreaterOrEqual(t, 2.5f, less, t);
        }

        T log = T.Log(T.IfGreater(1.5f, a, lower, T.IfGreater(a, 10f, a, product)));
        T u = t - 2f;
        T q = T.MultiplyAdd(u, 6.3790475076197737211e-8, -1.3412819758517285546e-7);
        q = T.MultiplyAdd(q, u, 2.030480675161522786e-7);
        q = T.MultiplyAdd(q, u, -4.3035587603599612108e-7);
        q = T.MultiplyAdd(q, u, 9.5786633341147577133e-7);
        q = T.MultiplyAdd(q, u, -2.0449201467015115028e-6);
        q = T.MultiplyAdd(q, u, 4.3743749169151307214e-6);
        q = T.MultiplyAdd(q, u, -9.4384587162428111654e-6);
        q = T.MultiplyAdd(q, u, 0.000020507267416057787609);
        q = T.MultiplyAdd(q, u, -0.000044926351103833331068);
        q = T.MultiplyAdd(q, u, 0.000099457509098893915718);
        q = T.MultiplyAdd(q, u, -0.00022315475074520367283);
        q = T.MultiplyAdd(q, u, 0.00050966952488530960643);
        q = T.MultiplyAdd(q, u, -0.0011927539120010226282);
        q = T.MultiplyAdd(q, u, 0.002890510330738736988);
        q = T.MultiplyAdd(q, u, -0.0073855510286681536759);
        q = T.MultiplyAdd(q, u, 0.020580808427784569018);
        q = T.MultiplyAdd(q, u, -0.067352301053198139376);
        q = T.MultiplyAdd(q, u, 0.32246703342411321821);
        q = T.MultiplyAdd(q, u, 0.42278433509846713945);
        T near = T.MultiplyAdd(u, q, T.IfGreater(1.5f, a, -log, log));

        T inverse = 1f / T.IfGreater(a, 10f, a, 10f);
        T square = inverse * inverse;
        T series = T.MultiplyAdd(square, -0.029550653594771242, 0.00641025641025641);
        series = T.MultiplyAdd(series, square, -0.0019175269175269176);
        series = T.MultiplyAdd(series, square, 0.0008417508417508417);
        series = T.MultiplyAdd(series, square, -0.0005952380952380953);
        series = T.MultiplyAdd(series, square, 0.0007936507936507937);
        series = T.MultiplyAdd(series, square, -0.002777777777777778);
        series = T.MultiplyAdd(series, square, 0.08333333333333333);
        T far = T.MultiplyAdd(a - 0.5f, log - 1f, T.MultiplyAdd(series, inverse, 0.41893853320467274178));
        T y = T.IfGreater(a, 10f, far, near);

        // pi / |sin(pi x)| over the gamma function of 1 - x; whole numbers below 1 are poles.
        T part = T.Abs(x - T.Floor(x + 0.5f));
        T reflected = 1.1447298858494001741 - T.Log(T.Sin(part * Math.PI)) - y;
        T below = T.IfEqual(part, 0f, double.PositiveInfinity, reflected);
        return T.IfGreater(0f, x, T.IfEqual(x, double.NegativeInfinity, double.PositiveInfinity, below), y);
    }

    /// <summary>The digamma function, the derivative of ln Gamma: an asymptotic series from 10 on, (x - x0) times a polynomial around the zero x0 =
    /// 1.4616…, to which the numbers between are shifted, and reflection below 0. NaN at negative whole numbers, infinite at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Digamma<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, 1f - x, x);
        T t = T.IfGreater(1.4f, a, T.IfGreater(0.4f, a, a + 2f, a + 1f), T.IfGreater(a, 10f, 2f, a));

        // The sum of the reciprocals of t - 1, t - 2, … as one fraction.
        T numerator = 0f;
        T denominator = 1f;
        for (int i = 0; i < 8; i++)
        {
            T less = t - 1f;
            numerator = T.IfGreaterOrEqual(t, 2.4f, T.MultiplyAdd(numerator, less, denominator), numerator);
            denominator = T.IfGreaterOrEqual(t, 2.4f, denominator * less, denominator);
            t = T.IfGreaterOrEqual(t, 2.4f, less, t);
        }

        T v = t - 1.9;
        T r = T.MultiplyAdd(v, 1.3916467924420978323e-6, -2.6442218273176237802e-6);
        r = T.MultiplyAdd(r, v, 3.1977547782366701401e-6);
        r = T.MultiplyAdd(r, v, -6.0763952852607355753e-6);
        r = T.MultiplyAdd(r, v, 0.000012574498772106551697);
        r = T.MultiplyAdd(r, v, -0.000023897200914155752404);
        r = T.MultiplyAdd(r, v, 0.000045097681396978846878);
        r = T.MultiplyAdd(r, v, -0.000085733489679682871493);
        r = T.MultiplyAdd(r, v, 0.00016309580971796780889);
        r = T.MultiplyAdd(r, v, -0.0003102907171713578401);
        r = T.MultiplyAdd(r, v, 0.00059074357934728602262);
        r = T.MultiplyAdd(r, v, -0.0011259446763016045733);
        r = T.MultiplyAdd(r, v, 0.0021497642383638946299);
        r = T.MultiplyAdd(r, v, -0.0041158524926466757627);
        r = T.MultiplyAdd(r, v, 0.0079148869843671271515);
        r = T.MultiplyAdd(r, v, -0.015330592831961465574);
        r = T.MultiplyAdd(r, v, 0.030055683576926198426);
        r = T.MultiplyAdd(r, v, -0.060185255220356475833);
        r = T.MultiplyAdd(r, v, 0.12539439410620666267);
        r = T.MultiplyAdd(r, v, -0.28412528099183637165);
        r = T.MultiplyAdd(r, v, 0.81252344823128826281);

        // Not one difference after the other, which ILGPU makes a single one of, rounded.
        T zero = T.MultiplyAdd(-1f, 1.4616321325302124, t) - 1.2438149938918909542e-8;
        T up = T.IfGreater(0.4f, a, (1f / a) + (1f / (a + 1f)), 1f / a);
        T near = T.MultiplyAdd(zero, r, T.IfGreater(1.4f, a, -up, numerator / denominator));

        T large = T.IfGreater(a, 10f, a, 10f);
        T inverse = 1f / large;
        T square = inverse * inverse;
        T series = T.MultiplyAdd(square, 3.0539543302701198, -0.4432598039215686);
        series = T.MultiplyAdd(series, square, 0.08333333333333333);
        series = T.MultiplyAdd(series, square, -0.021092796092796094);
        series = T.MultiplyAdd(series, square, 0.007575757575757576);
        series = T.MultiplyAdd(series, square, -0.004166666666666667);
        series = T.MultiplyAdd(series, square, 0.003968253968253968);
        series = T.MultiplyAdd(series, square, -0.008333333333333333);
        series = T.MultiplyAdd(series, square, 0.08333333333333333);
        T far = T.Log(large) - (0.5f * inverse) - (series * square);
        T y = T.IfGreater(a, 10f, far, near);

        T part = x - T.Floor(x + 0.5f);
        T angle = part * Math.PI;
        T cotangent = T.IfEqual(part, 0f, double.NaN, T.Cos(angle) / T.Sin(angle));
        return T.IfGreater(0f, x, T.MultiplyAdd(cotangent, -Math.PI, y), y);
    }

    /// <summary>The derivative of the digamma function: an asymptotic series from 10 on, to which smaller numbers are shifted up, so that all terms
    /// add up, and reflection below 0. Infinite at 0 and at negative whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Trigamma<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T t = T.IfGreater(0f, x, 1f - x, x);
        T sum = 0f;
        for (int i = 0; i < 10; i++)
        {
            sum = T.IfGreater(10f, t, sum + (1f / t / t), sum);
            t = T.IfGreater(10f, t, t + 1f, t);
        }

        T inverse = 1f / t;
        T square = inverse * inverse;
        T series = T.MultiplyAdd(square, 54.971177944862156, -7.092156862745098);
        series = T.MultiplyAdd(series, square, 1.1666666666666667);
        series = T.MultiplyAdd(series, square, -0.2531135531135531);
        series = T.MultiplyAdd(series, square, 0.07575757575757576);
        series = T.MultiplyAdd(series, square, -0.03333333333333333);
        series = T.MultiplyAdd(series, square, 0.023809523809523808);
        series = T.MultiplyAdd(series, square, -0.03333333333333333);
        series = T.MultiplyAdd(series, square, 0.16666666666666666);
        T y = sum + T.MultiplyAdd(T.MultiplyAdd(series, inverse, 0.5f), square, inverse);
        T sine = T.Sin((x - T.Floor(x + 0.5f)) * Math.PI) * (1 / Math.PI);
        return T.IfGreater(0f, x, (1f / sine / sine) - y, y);
    }

    /// <summary>Q(sqrt(2) a) for a from 0 to 30, and the density there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T UpperTail<T>(T a, out T density)
        where T : unmanaged, IReal<T>
    {
        // What the product's rounding took, from factors of so few bits that their product is exact: 98304 = 1.5 * 2^16 leaves multiples of 2^-7.
        T scaled = a * Sqrt2;
        T high = a + 98304f - 98304f;
        T lost = (high * 1.4140625f) - scaled + T.MultiplyAdd(high, 1.5106237309504880169e-4, (a - high) * Sqrt2);
        T tail = T.NormalTail(scaled, out density);
        return tail - (density * lost);
    }
}
