namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>The functions that <see cref="Math"/> lacks, by slow series in double precision: the oracle for floats.</summary>
internal static class DoubleOracle
{
    public static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.5)
        {
            return Math.Exp(x) - 1;
        }

        double term = x;
        double sum = x;
        for (int n = 2; n < 30; n++)
        {
            term *= x / n;
            sum += term;
        }

        return sum;
    }

    public static double Log1p(double x)
    {
        if (Math.Abs(x) > 0.4)
        {
            return Math.Log(1 + x);
        }

        if (Math.Abs(x) < 1e-200)
        {
            return x;
        }

        // 2 atanh(x / (2 + x))
        double s = x / (2 + x);
        double power = s;
        double sum = 0;
        for (int n = 1; n < 60; n += 2)
        {
            sum += power / n;
            power *= s * s;
        }

        return 2 * sum;
    }

    public static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a > 6)
        {
            return Math.CopySign(1, x);
        }

        if (a < 3)
        {
            double term = x;
            double sum = x;
            for (int n = 1; n < 100; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }

            return sum * 1.1283791670955126;
        }

        double magnitude = 1 - ErfcLarge(a);
        return double.IsNaN(x) ? x : Math.CopySign(magnitude, x);
    }

    /// <summary>erfc(a / sqrt 2) / 2.</summary>
    public static double NormalTail(double a) =>
        0.5 * (a < 3 ? 1 - Erf(a * Math.Sqrt(0.5)) : ErfcLarge(a * Math.Sqrt(0.5)));

    // The continued fraction of erfc (Abramowitz and Stegun, 7.1.14).
    private static double ErfcLarge(double a)
    {
        double fraction = a;
        for (int n = 200; n > 0; n--)
        {
            fraction = a + (n * 0.5 / fraction);
        }

        return Math.Exp(-a * a) / (fraction * 1.7724538509055159);
    }
}
