using System.Numerics;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>x^y in floating point; for integers see <see cref="IntegerTests"/>.</summary>
public class PowTests
{
    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -2.5, 7, -8, double.Epsilon, -double.Epsilon, 1e-30, 1e30, -1e30,
        16777215, -16777217, 33554432, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    [Fact]
    public void Single_precision_is_accurate_over_the_whole_range()
    {
        Random random = new(11);
        int width = Vector512<float>.Count;
        float[] x = new float[width];
        float[] y = new float[width];
        for (int i = 0; i < 40_000; i++)
        {
            for (int lane = 0; lane < width; lane++)
            {
                // A base of any size, and an exponent that brings the power anywhere between the smallest and largest float.
                x[lane] = MathF.Abs(BitConverter.Int32BitsToSingle(random.Next()));
                x[lane] = lane % 2 == 0 ? x[lane] : 0.5f + random.NextSingle();
                y[lane] = (float)((random.NextDouble() - 0.5) * 210 / Math.Log(x[lane]));
            }

            F32x power = Of<F32x>.Pow(new(new Vector<float>(x)), new(new Vector<float>(y)));
            F32x16 wide = Of<F32x16>.Pow(new(Vector512.Create(x)), new(Vector512.Create(y)));
            for (int lane = 0; lane < width; lane++)
            {
                double exact = Math.Pow(x[lane], y[lane]);
                if (lane < Vector<float>.Count)
                {
                    Within(2.5, x[lane], y[lane], power.Value[lane], exact);
                }

                Within(2.5, x[lane], y[lane], wide.Value[lane], exact);
                Within(2.5, x[lane], y[lane], F32.Pow(x[lane], y[lane]).Value, exact);
            }
        }
    }

    [Fact]
    public void Double_precision_is_accurate()
    {
        Random random = new(12);
        for (int i = 0; i < 400; i++)
        {
            double x = i % 2 == 0 ? Math.Pow(10, (random.NextDouble() * 600) - 300) : 0.5 + random.NextDouble();
            double y = (random.NextDouble() - 0.5) * 1400 / Math.Log(x);
            BigInteger exact = FixedPoint.Pow(FixedPoint.Of(x), FixedPoint.Of(y));
            double error = Math.Max(
                Ulp.Error(F64.Pow(x, y).Value, exact),
                Ulp.Error(Of<F64x>.Pow(x, y).Value[i % Vector<double>.Count], exact));
            Assert.True(error <= 1.2, $"{x:G17}^{y:G17}: {error:F2} ulp");
        }
    }

    [Fact]
    public void Powers_that_are_representable_are_exact()
    {
        for (int x = -20; x <= 20; x++)
        {
            for (int y = -8; y <= 20; y++)
            {
                double exact = Math.Pow(x, y);
                if ((float)exact == exact)
                {
                    Assert.Equal((x, y, (float)exact), (x, y, F32.Pow(x, y).Value));
                    Assert.Equal((x, y, (float)exact), (x, y, Of<F32x>.Pow(x, y).Value[0]));
                    Assert.Equal((x, y, (float)exact), (x, y, Of<F32x16>.Pow(x, y).Value[0]));
                }

                if (y >= 0 && Math.Abs(exact) < 9e15)
                {
                    Assert.Equal((x, y, exact), (x, y, F64.Pow(x, y).Value));
                    Assert.Equal((x, y, exact), (x, y, Of<F64x>.Pow(x, y).Value[0]));
                }
            }
        }
    }

    [Fact]
    public void Square_roots_and_negative_integers_are_as_good_as_direct_arithmetic()
    {
        for (float x = 0.01f; x < 1000; x *= 1.37f)
        {
            Within(1, x, 0.5f, Of<F32x>.Pow(x, 0.5f).Value[0], Math.Sqrt(x));
            Within(1.3, -x, -3f, Of<F32x>.Pow(-x, -3f).Value[0], -1.0 / ((double)x * x * x));
        }
    }

    [Fact]
    public void Special_cases_are_those_of_IEEE_754()
    {
        foreach (double x in Special)
        {
            foreach (double y in Special)
            {
                // Math.Pow follows IEEE 754; its value in double precision, rounded, is the float's.
                double expected = Math.Pow(x, y);
                Same(x, y, expected, F64.Pow(x, y).Value);
                Same(x, y, expected, Of<F64x>.Pow(x, y).Value[0]);
                float xs = (float)x;
                float ys = (float)y;
                expected = (float)Math.Pow(xs, ys);
                Same(xs, ys, expected, F32.Pow(xs, ys).Value);
                Same(xs, ys, expected, Of<F32x>.Pow(xs, ys).Value[0]);
                Same(xs, ys, expected, Of<F32x16>.Pow(xs, ys).Value[0]);
            }
        }

        static void Same(double x, double y, double expected, double actual)
        {
            bool same = double.IsNaN(expected)
                ? double.IsNaN(actual)
                : double.IsInfinity(expected) || expected == 0
                    ? BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual)
                    : Math.Abs(actual - expected) <= 4e-7 * Math.Abs(expected);
            Assert.True(same, $"{x:G9}^{y:G9} is {actual}, not {expected}");
        }
    }

    private static void Within(double ulps, float x, float y, float actual, double exact)
    {
        double error = Ulp.Error(actual, exact);
        Assert.True(error <= ulps, $"{x:G9}^{y:G9} is {actual:G9}, not {exact:G17}: {error:F2} ulp");
    }
}
