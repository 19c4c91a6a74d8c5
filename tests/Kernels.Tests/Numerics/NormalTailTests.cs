using System.Numerics;

namespace DeepSharp.Kernels.Tests.Numerics;

public class NormalTailTests
{
    /// <summary>Published values of the normal distribution's tail (Abramowitz and Stegun, table 26.1 and 26.2).</summary>
    public static TheoryData<double, double> Published => new()
    {
        { 0, 0.5 },
        { 0.5, 0.308537538725986896 },
        { 1, 0.158655253931457051 },
        { 2, 0.022750131948179207 },
        { 3, 0.00134989803163009453 },
        { 4, 3.16712418331199213e-5 },
        { 5, 2.86651571879193912e-7 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void The_published_values(double a, double tail)
    {
        Assert.Equal(tail, F32.NormalTail((float)a, out _).Value, tail * 4e-7);
        Assert.Equal(tail, Of<F32x>.NormalTail((float)a).Value[0], tail * 4e-7);
        Assert.Equal(tail, Of<F32x16>.NormalTail((float)a).Value[0], tail * 4e-7);
        Assert.Equal(tail, F64.NormalTail(a, out _).Value, tail * 1e-15);
        Assert.Equal(tail, Of<F64x>.NormalTail(a).Value[0], tail * 1e-15);
        Assert.Equal(tail, Of<F64x8>.NormalTail(a).Value[0], tail * 1e-15);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(5)]
    [InlineData(12.9)]
    [InlineData(13.9)]
    [InlineData(30)]
    [InlineData(38.2)]
    public void The_density_comes_with_it(double a)
    {
        BigInteger square = FixedPoint.Of(a) * FixedPoint.Of(a) >> FixedPoint.Bits;
        BigInteger exact = FixedPoint.Exp(-square / 2) * FixedPoint.Of(0.39894228040143267794) >> FixedPoint.Bits;
        F64.NormalTail(a, out F64 density);
        Assert.InRange(Ulp.Error(density.Value, exact), 0, 3);

        F32.NormalTail((float)a, out F32 single);
        double x = (float)a;
        Assert.InRange(Ulp.Error(single.Value, 0.39894228040143267794 * Math.Exp(-x * x / 2)), 0, 3);
    }

    [Fact]
    public void GELU_keeps_its_digits_until_its_value_is_denormal()
    {
        for (float x = -14; x < 0; x += 0.001f)
        {
            double exact = x * DoubleOracle.NormalTail(-x);
            double digits = Math.Max(Math.Abs(exact) * 6e-7, Math.Abs(x) * 1.5e-45);
            Assert.Equal(exact, default(GELUOp).Forward<F32>(x).Value, digits);
        }

        Assert.Equal(0, default(GELUOp).Forward<F32>(float.NegativeInfinity).Value);
        Assert.Equal(float.PositiveInfinity, default(GELUOp).Forward<F32>(float.PositiveInfinity).Value);
    }

    [Theory]
    [InlineData(-8, -4.9767684594174273e-15)]
    [InlineData(-12, -2.1317785344932148e-32)]
    [InlineData(-37, -2.11846135233409342e-298)]
    public void GELU_in_double_precision(double x, double gelu)
    {
        BigInteger exact = FixedPoint.Of(x) * FixedPoint.NormalTail(FixedPoint.Of(x)) >> FixedPoint.Bits;
        double y = default(GELUOp).Forward<F64>(x).Value;
        Assert.InRange(Ulp.Error(y, exact), 0, 5);
        Assert.Equal(gelu, y, Math.Abs(gelu) * 1e-14);
    }
}
