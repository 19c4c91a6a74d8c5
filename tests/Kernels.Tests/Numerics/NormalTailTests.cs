using System.Numerics;
using System.Runtime.Intrinsics;

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
        Assert.Equal(tail, F32.NormalTail((float)a).Value, tail * 1e-4);
        Assert.Equal(tail, Of<F32x>.NormalTail((float)a).Value[0], tail * 1e-4);
        Assert.Equal(tail, Of<F32x16>.NormalTail((float)a).Value[0], tail * 1e-4);
        Assert.Equal(tail, F64.NormalTail(a).Value, 2e-16);
        Assert.Equal(tail, Of<F64x>.NormalTail(a).Value[0], 2e-16);
    }

    [Fact]
    public void Single_precision_is_as_accurate_as_documented()
    {
        int width = Vector512<float>.Count;
        foreach (float[] a in Enumerable.Range(0, 320_000).Select(i => i * 4e-5f).Chunk(width).Where(c => c.Length == width))
        {
            F32x vector = Of<F32x>.NormalTail(new(new Vector<float>(a)));
            F32x16 wide = Of<F32x16>.NormalTail(new(Vector512.Create(a)));
            for (int lane = 0; lane < width; lane++)
            {
                double exact = DoubleOracle.NormalTail(a[lane]);
                double allowed = a[lane] switch { <= 3 => 2e-6 * exact, <= 5 => 1e-4 * exact, _ => 1e-10 };
                allowed = Math.Min(allowed, 1e-7);
                if (lane < Vector<float>.Count)
                {
                    Assert.InRange(vector.Value[lane], exact - allowed, exact + allowed);
                }

                Assert.InRange(wide.Value[lane], exact - allowed, exact + allowed);
                Assert.InRange(F32.NormalTail(a[lane]).Value, exact - allowed, exact + allowed);
            }
        }
    }

    [Fact]
    public void Nothing_is_left_far_out_and_NaN_stays()
    {
        foreach (float far in new[] { 10.81f, 40, float.MaxValue, float.PositiveInfinity })
        {
            Assert.Equal(0, F32.NormalTail(far).Value);
            Assert.Equal(0, Of<F32x>.NormalTail(far).Value[0]);
            Assert.Equal(0, Of<F32x16>.NormalTail(far).Value[0]);
            Assert.Equal(0, F64.NormalTail((double)far).Value);
            Assert.Equal(0, Of<F64x>.NormalTail((double)far).Value[0]);
        }

        Assert.True(float.IsNaN(F32.NormalTail(float.NaN).Value));
        Assert.True(float.IsNaN(Of<F32x>.NormalTail(float.NaN).Value[0]));
        Assert.True(float.IsNaN(Of<F32x16>.NormalTail(float.NaN).Value[0]));
        Assert.True(double.IsNaN(F64.NormalTail(double.NaN).Value));
        Assert.True(double.IsNaN(Of<F64x>.NormalTail(double.NaN).Value[0]));
    }

    [Fact]
    public void Gelu_keeps_its_digits_where_its_value_is_small()
    {
        for (float x = -5; x < 0; x += 0.001f)
        {
            double exact = x * DoubleOracle.NormalTail(-x);
            Assert.Equal(exact, default(GELUOp).Forward<F32>(x).Value, Math.Abs(exact) * (x < -3 ? 1e-4 : 2e-6));
        }

        Assert.Equal(0, default(GELUOp).Forward<F32>(float.NegativeInfinity).Value);
        Assert.Equal(float.PositiveInfinity, default(GELUOp).Forward<F32>(float.PositiveInfinity).Value);
    }
}
