using System.Numerics;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>Distances in units of the last place of the exact value.</summary>
internal static class Ulp
{
    /// <summary>The error of a float whose exact value is known in double precision.</summary>
    public static double Error(float actual, double exact)
    {
        if (double.IsNaN(exact) || float.IsNaN(actual))
        {
            return double.IsNaN(exact) && float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        }

        if (float.IsInfinity(actual) || double.IsInfinity(exact))
        {
            // Past the largest float half a unit decides between it and infinity.
            return actual == (float)exact || Math.Abs(exact) > 3.4028234e38 ? 0 : double.PositiveInfinity;
        }

        int exponent = exact == 0 ? -126 : Math.Max(Math.ILogB(exact), -126);
        return Math.Abs(actual - exact) / Math.ScaleB(1, exponent - 23);
    }

    /// <summary>The error of a finite double whose exact value is a fixed-point number.</summary>
    public static double Error(double actual, BigInteger exact)
    {
        if (!double.IsFinite(actual))
        {
            return double.PositiveInfinity;
        }

        BigInteger difference = BigInteger.Abs(FixedPoint.Of(actual) - exact);
        int exponent = Math.Max((int)BigInteger.Abs(exact).GetBitLength() - 1 - FixedPoint.Bits, -1022);

        // In 1/1024 of a unit.
        int shift = FixedPoint.Bits + exponent - 52 - 10;
        return (double)(difference >> shift) / 1024;
    }
}
