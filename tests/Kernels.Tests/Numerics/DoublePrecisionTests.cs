using System.Numerics;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels.Tests.Numerics;

public class DoublePrecisionTests
{
    public static TheoryData<string> Names => RealFunction.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Scalar_and_vector_are_accurate(string name)
    {
        RealFunction f = RealFunction.Named(name);
        Random random = new(7);
        for (int i = 0; i < 600; i++)
        {
            // Even over the exponents of 1e-20 to the end of the function's range, and even around the origin.
            double end = name is "Erf" ? 5.9 : name is "NormalTail" ? 38.5 : name is "Exp" or "Sigmoid" or "Expm1" ? 700 : 1e6;
            double x = i % 3 == 0 ? (random.NextDouble() - 0.5) * 6 : Math.Pow(10, (random.NextDouble() * (20 + Math.Log10(end))) - 20);
            x = i % 2 == 0 ? x : -x;
            x = name is "Log" or "Sqrt" ? Math.Abs(x) : name is "Log1p" ? Math.Max(x, -0.999999) : x;
            BigInteger exact = f.ExactOracle(FixedPoint.Of(x));
            double scalar = f.Double(x).Value;
            double vector = f.DoubleVector(x).Value[i % Vector<double>.Count];
            Assert.Equal(vector, f.DoubleWide(x).Value[i % Vector512<double>.Count]);
            double error = Math.Max(Ulp.Error(scalar, exact), Ulp.Error(vector, exact));
            Assert.True(error <= f.DoubleUlps, $"{name}({x:G17}) is {scalar:G17} and {vector:G17}: {error:F3} ulp");
        }
    }

    [Theory]
    [InlineData("Exp", -745.1)]
    [InlineData("Exp", -720.5)]
    [InlineData("Exp", 709.78)]
    [InlineData("Expm1", 709.78)]
    [InlineData("Sigmoid", -740.3)]
    [InlineData("NormalTail", 37.6)]
    [InlineData("NormalTail", 38.44)]
    [InlineData("NormalTail", 40)]
    [InlineData("Log", 1e-310)]
    [InlineData("Log", 5e-324)]
    [InlineData("Log", double.MaxValue)]
    [InlineData("Log1p", double.MaxValue)]
    [InlineData("Log1p", -0.9999999999999999)]
    [InlineData("Tanh", 19)]
    [InlineData("Erf", 5.99)]
    [InlineData("Sin", 355)]
    [InlineData("Sin", 5419351.0)]
    [InlineData("Cos", 573204.0 * 1.5707963267948966)]
    [InlineData("Sin", 1e22)]
    [InlineData("Cos", -1e22)]
    public void The_ends_of_the_range_are_accurate(string name, double x)
    {
        RealFunction f = RealFunction.Named(name);
        BigInteger exact = f.ExactOracle(FixedPoint.Of(x));
        Assert.InRange(Ulp.Error(f.Double(x).Value, exact), 0, f.DoubleUlps);
        Assert.InRange(Ulp.Error(f.DoubleVector(x).Value[0], exact), 0, f.DoubleUlps);
        Assert.Equal(f.DoubleVector(x).Value[0], f.DoubleWide(x).Value[7]);
    }

    [Fact]
    public void Angles_next_to_multiples_of_a_quarter_turn_lose_nothing()
    {
        Random random = new(3);
        for (int i = 0; i < 400; i++)
        {
            double x = random.Next(1, 630_000) * (Math.PI / 2);
            BigInteger sin = FixedPoint.Sin(FixedPoint.Of(x));
            BigInteger cos = FixedPoint.Cos(FixedPoint.Of(x));
            Assert.InRange(Ulp.Error(F64.Sin(x).Value, sin), 0, 1.6);
            Assert.InRange(Ulp.Error(Of<F64x>.Sin(x).Value[0], sin), 0, 1.6);
            Assert.InRange(Ulp.Error(F64.Cos(x).Value, cos), 0, 1.6);
            Assert.InRange(Ulp.Error(Of<F64x>.Cos(x).Value[0], cos), 0, 1.6);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lanes_do_not_touch_each_other(string name)
    {
        RealFunction f = RealFunction.Named(name);
        double[] neighbours = [double.NaN, double.PositiveInfinity, -1e300, 5e-324, 0, 709.9, double.NegativeInfinity, 1e9];
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            foreach (double value in new[] { 0.3, -0.7, 1.5, -4, 60, 1e-5 })
            {
                double[] x = [.. Enumerable.Range(0, Vector<double>.Count).Select(i => neighbours[i % neighbours.Length])];
                x[lane] = value;
                double alone = f.DoubleVector(value).Value[lane];
                double together = f.DoubleVector(new(new Vector<double>(x))).Value[lane];
                Assert.True(
                    double.IsNaN(alone) ? double.IsNaN(together) : Math.Abs(alone - together) <= 4e-16 * Math.Abs(alone),
                    $"{name}({value}) in lane {lane} is {together} beside others and {alone} alone");
            }
        }
    }
}
