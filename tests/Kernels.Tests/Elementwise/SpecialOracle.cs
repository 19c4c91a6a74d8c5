namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>The special functions by other means than the kernels': Taylor series with the zeta function, a continued fraction, Newton's method.</summary>
internal static class SpecialOracle
{
    private const double EulerGamma = 0.57721566490153286061;

    // The Riemann zeta function at 2, 3, …: a sum with the Euler-Maclaurin rest.
    private static readonly double[] s_zeta = [.. Enumerable.Range(0, 62).Select(static s => s < 2 ? 0 : Zeta(s))];

    /// <summary>1 - erf x; from 2 on by the continued fraction of Abramowitz and Stegun, 7.1.14.</summary>
    public static double Erfc(double x)
    {
        if (!(x > 2))
        {
            return double.IsNaN(x) ? x : 1 - UnaryCase.Erf(x);
        }

        double fraction = x;
        for (int n = 120; n > 0; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }

    /// <summary>The y of erf y = x, for |x| up to 0.98.</summary>
    public static double ErfInv(double x)
    {
        if (!(Math.Abs(x) < 1))
        {
            return Math.Abs(x) == 1 ? x / 0 : double.NaN;
        }

        double y = x * Math.Sqrt(Math.PI) / 2;
        for (int i = 0; i < 50; i++)
        {
            y -= (UnaryCase.Erf(y) - x) * Math.Sqrt(Math.PI) / 2 * Math.Exp(y * y);
        }

        return y;
    }

    /// <summary>ln |Gamma(x)|: ln Gamma(1 + z) = -gamma z + sum of zeta(k) (-z)^k / k, shifted by Gamma(x + 1) = x Gamma(x).</summary>
    public static double LogGamma(double x)
    {
        if (x > 1e6)
        {
            return ((x - 0.5) * (Math.Log(x) - 1)) - 0.5 + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x));
        }

        if (!(x > 0))
        {
            double part = Math.Abs(x - Math.Round(x));
            return double.IsNaN(x) ? x : double.IsInfinity(x) || part == 0
                ? double.PositiveInfinity
                : Math.Log(Math.PI) - Math.Log(Math.Sin(Math.PI * part)) - LogGamma(1 - x);
        }

        double product = 1;
        while (x > 1.5)
        {
            x--;
            product *= x;
        }

        double up = x < 0.5 ? x : 1;
        double z = x < 0.5 ? x : x - 1;
        double sum = 0;
        for (int k = 60; k >= 2; k--)
        {
            sum = (sum + (s_zeta[k] / k * (k % 2 == 0 ? 1 : -1))) * z;
        }

        return (z * (sum - EulerGamma)) + Math.Log(product) - Math.Log(up);
    }

    /// <summary>The derivative of <see cref="LogGamma"/>.</summary>
    public static double Digamma(double x)
    {
        if (x > 1e6)
        {
            return Math.Log(x) - (0.5 / x);
        }

        if (!(x > 0))
        {
            double part = x - Math.Round(x);
            return x == 0 ? -1 / x : part == 0 || !double.IsFinite(x) ? double.NaN : Digamma(1 - x) - (Math.PI / Math.Tan(Math.PI * part));
        }

        double shift = 0;
        for (; x > 1.5; x--)
        {
            shift += 1 / (x - 1);
        }

        for (; x < 0.5; x++)
        {
            shift -= 1 / x;
        }

        double z = x - 1;
        double sum = 0;
        for (int k = 60; k >= 2; k--)
        {
            sum = (sum + (s_zeta[k] * (k % 2 == 0 ? 1 : -1))) * (k > 2 ? z : 1);
        }

        return (sum * z) - EulerGamma + shift;
    }

    /// <summary>The derivative of <see cref="Digamma"/>.</summary>
    public static double Trigamma(double x)
    {
        if (x > 1e6)
        {
            return 1 / x;
        }

        if (!(x > 0))
        {
            double sine = Math.Sin(Math.PI * (x - Math.Round(x)));
            return (Math.PI * Math.PI / (sine * sine)) - Trigamma(1 - x);
        }

        double shift = 0;
        for (; x > 1.5; x--)
        {
            shift -= 1 / ((x - 1) * (x - 1));
        }

        for (; x < 0.5; x++)
        {
            shift += 1 / (x * x);
        }

        double z = x - 1;
        double sum = 0;
        for (int k = 60; k >= 2; k--)
        {
            sum = (sum * z) + (s_zeta[k] * (k - 1) * (k % 2 == 0 ? 1 : -1));
        }

        return sum + shift;
    }

    private static double Zeta(int s)
    {
        const int Count = 200;
        double sum = 0;
        for (int n = 1; n < Count; n++)
        {
            sum += Math.Pow(n, -s);
        }

        double last = Math.Pow(Count, -s);
        return sum + (last * Count / (s - 1)) + (last / 2) + (s * last / Count / 12)
            - (s * (s + 1.0) * (s + 2) * last / Math.Pow(Count, 3) / 720)
            + (s * (s + 1.0) * (s + 2) * (s + 3) * (s + 4) * last / Math.Pow(Count, 5) / 30240);
    }
}
