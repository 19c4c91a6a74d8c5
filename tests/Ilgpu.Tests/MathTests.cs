using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace DeepSharp.Ilgpu.Tests;

public class MathTests
{
    private const int Functions = 20;
    private static readonly double[] Points = [0.3, 1, 2.75, 9];

    [Fact]
    public void Float_functions()
    {
        float[] seen = TestAccelerator.RunOn<float>(Floats, new KernelConfig(Points.Length, 1), Data<float>());
        for (int p = 0; p < Points.Length; p++)
        {
            double[] expected = Expected((float)Points[p]);
            for (int f = 0; f < Functions; f++)
            {
                Assert.Equal(expected[f], seen[(p * Functions) + f], 2e-6 * (1 + Math.Abs(expected[f])));
            }
        }
    }

    [Fact]
    public void Double_functions()
    {
        double[] seen = TestAccelerator.RunOn<double>(Doubles, new KernelConfig(Points.Length, 1), Data<double>());
        for (int p = 0; p < Points.Length; p++)
        {
            double[] expected = Expected(Points[p]);
            for (int f = 0; f < Functions; f++)
            {
                Assert.Equal(expected[f], seen[(p * Functions) + f], 1e-14 * (1 + Math.Abs(expected[f])));
            }
        }
    }

    [Fact]
    public void Special_values()
    {
        float[] data = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -1.5f];
        int[] seen = new int[5];
        using MemoryBuffer1D<float, Stride1D.Dense> input = TestAccelerator.Instance.Allocate1D(data);
        using MemoryBuffer1D<int, Stride1D.Dense> output = TestAccelerator.Instance.Allocate1D(seen);
        TestAccelerator.Instance.LoadStreamKernel<ArrayView<float>, ArrayView<int>>(Classify)(new KernelConfig(1, 5), input.View, output.View);
        Assert.Equal([1000, 110, 109, 10000, 10009], output.GetAsArray1D().Select(v => v));
    }

    [Fact]
    public void Integers()
    {
        int[] seen = TestAccelerator.Run<int>(Whole, new KernelConfig(1, 1), 12);
        Assert.Equal([7, -3, 5, 5, 3, 4, 4, 9, 1, 6, 2, -8], seen);
    }

    [Fact]
    public void Bits_of_numbers()
    {
        Assert.Equal(0x3F800000u, Interop.FloatAsInt(1f));
        Assert.Equal(1f, Interop.IntAsFloat(0x3F800000u));
        Assert.Equal(0x3FF0000000000000ul, Interop.FloatAsInt(1.0));
        Assert.Equal(1.0, Interop.IntAsFloat(0x3FF0000000000000ul));
        Assert.Equal(8, Interop.SizeOf<Index2D>());
        float[] seen = TestAccelerator.RunOn<float>(
            static v => v[Group.IdxX] = Interop.IntAsFloat(Interop.FloatAsInt(v[Group.IdxX]) ^ 0x80000000u), new KernelConfig(1, 2), [1.5f, -2]);
        Assert.Equal([-1.5f, 2], seen);
    }

    private static T[] Data<T>()
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        T[] data = new T[Points.Length * Functions];
        for (int i = 0; i < Points.Length; i++)
        {
            data[i * Functions] = T.CreateChecked(Points[i]);
        }

        return data;
    }

    private static double[] Expected(double x) =>
    [
        Math.Exp(x), Math.Log(x), Math.Sqrt(x), 1 / Math.Sqrt(x), Math.Tanh(x), Math.Pow(x, 1.5), Math.Sin(x), Math.Cos(x), Math.Floor(x),
        Math.Ceiling(x), Math.Abs(-x), Math.Min(x, 1.5), Math.Max(x, 1.5), Math.Clamp(x, 0.5, 2), Math.Atan(x), Math.Log2(x), Math.Log10(x),
        Math.Pow(2, x), 1 / x, Math.Atan2(x, 2),
    ];

    private static void Floats(ArrayView<float> view)
    {
        int at = Grid.IdxX * Functions;
        float x = view[at];
        view[at] = XMath.Exp(x);
        view[at + 1] = XMath.Log(x);
        view[at + 2] = XMath.Sqrt(x);
        view[at + 3] = XMath.Rsqrt(x);
        view[at + 4] = XMath.Tanh(x);
        view[at + 5] = XMath.Pow(x, 1.5f);
        view[at + 6] = XMath.Sin(x);
        view[at + 7] = XMath.Cos(x);
        view[at + 8] = XMath.Floor(x);
        view[at + 9] = XMath.Ceiling(x);
        view[at + 10] = XMath.Abs(-x);
        view[at + 11] = XMath.Min(x, 1.5f);
        view[at + 12] = XMath.Max(x, 1.5f);
        view[at + 13] = XMath.Clamp(x, 0.5f, 2);
        view[at + 14] = XMath.Atan(x);
        view[at + 15] = XMath.Log2(x);
        view[at + 16] = XMath.Log10(x);
        view[at + 17] = XMath.Exp2(x);
        view[at + 18] = XMath.Rcp(x);
        view[at + 19] = XMath.Atan2(x, 2);
    }

    private static void Doubles(ArrayView<double> view)
    {
        int at = Grid.IdxX * Functions;
        double x = view[at];
        view[at] = XMath.Exp(x);
        view[at + 1] = XMath.Log(x);
        view[at + 2] = XMath.Sqrt(x);
        view[at + 3] = XMath.Rsqrt(x);
        view[at + 4] = XMath.Tanh(x);
        view[at + 5] = XMath.Pow(x, 1.5);
        view[at + 6] = XMath.Sin(x);
        view[at + 7] = XMath.Cos(x);
        view[at + 8] = XMath.Floor(x);
        view[at + 9] = XMath.Ceiling(x);
        view[at + 10] = XMath.Abs(-x);
        view[at + 11] = XMath.Min(x, 1.5);
        view[at + 12] = XMath.Max(x, 1.5);
        view[at + 13] = XMath.Clamp(x, 0.5, 2);
        view[at + 14] = XMath.Atan(x);
        view[at + 15] = XMath.Log2(x);
        view[at + 16] = XMath.Log10(x);
        view[at + 17] = XMath.Exp2(x);
        view[at + 18] = XMath.Rcp(x);
        view[at + 19] = XMath.Atan2(x, 2);
    }

    private static void Classify(ArrayView<float> input, ArrayView<int> output)
    {
        float x = input[Group.IdxX];
        output[Group.IdxX] = (XMath.IsFinite(x) ? 10000 : 0) + (XMath.IsNaN(x) ? 1000 : 0) + (XMath.IsInfinity(x) ? 100 : 0)
            + (x > 0 ? 10 : 0) + (x < 0 ? 9 : 0);
    }

    private static void Whole(ArrayView<int> view)
    {
        view[0] = XMath.Max(7, -3);
        view[1] = XMath.Min(7, -3);
        view[2] = XMath.Clamp(9, 1, 5);
        view[3] = XMath.Abs(-5);
        view[4] = XMath.DivRoundUp(9, 4);
        view[5] = (int)XMath.Max(4L, 3L);
        view[6] = (int)XMath.Min(4u, 5u);
        view[7] = IntrinsicMath.Max(9, 2);
        view[8] = (int)IntrinsicMath.Min(1.5f, 2.5f);
        view[9] = IntrinsicMath.Clamp(3, 6, 8);
        view[10] = IntrinsicMath.DivRoundDown(11, 4);
        view[11] = (int)IntrinsicMath.CopySign(8f, -0f);
    }
}
