using System.Numerics;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels.Tests.Numerics;

public class SinglePrecisionTests
{
    public static TheoryData<string> Names => RealFunction.Names;

    /// <summary>Every 20,011th bit pattern, so every exponent of either sign, and the range where the functions bend.</summary>
    private static IEnumerable<float> Sweep()
    {
        for (long bits = 0; bits <= uint.MaxValue; bits += 20_011)
        {
            yield return BitConverter.UInt32BitsToSingle((uint)bits);
        }

        for (int i = -60_000; i <= 60_000; i++)
        {
            yield return i * 1.7e-4f;
        }

        for (int i = -20_000; i <= 20_000; i++)
        {
            yield return i * 0.4999f;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scalar_and_vector_are_accurate_over_the_whole_range(string name)
    {
        RealFunction f = RealFunction.Named(name);
        int width = Vector<float>.Count;
        int wideWidth = Vector512<float>.Count;
        foreach (float[] x in Sweep().Chunk(wideWidth).Where(c => c.Length == wideWidth))
        {
            // A large angle in one lane sends all of them through the scalar form.
            bool sameBits = name is not ("Sin" or "Cos") || x.All(v => MathF.Abs(v) <= AngleReduction.LimitSingle);
            F32x16 wide = f.SingleWide(new(Vector512.Create(x)));
            F32x y = default;
            for (int i = 0; i < wideWidth; i++)
            {
                int lane = i % width;
                y = lane == 0 ? f.SingleVector(new(new Vector<float>(x, i))) : y;
                double exact = f.Oracle(x[i]);
                Check(name, "vector", x[i], y.Value[lane], exact, f.SingleUlps);
                Check(name, "wide", x[i], wide.Value[i], exact, f.SingleUlps);
                Check(name, "scalar", x[i], f.Single(x[i]).Value, exact, f.SingleUlps);
                Assert.True(!sameBits || y.Value[lane].Equals(wide.Value[i]), $"The two vectors' {name}({x[i]:G9}) differ.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lanes_do_not_touch_each_other(string name)
    {
        RealFunction f = RealFunction.Named(name);
        Lanes(name, Vector<float>.Count, static x => new F32x(new Vector<float>(x)), f.SingleVector, static (y, lane) => y.Value[lane]);
        Lanes(name, Vector512<float>.Count, static x => new F32x16(Vector512.Create(x)), f.SingleWide, static (y, lane) => y.Value[lane]);
    }

    private static void Lanes<T>(string name, int width, Func<float[], T> load, Func<T, T> function, Func<T, int, float> at)
    {
        float[] neighbours = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -1e30f, 1e-42f, 3e38f, 88.8f];
        float[] values = [0.3f, -0.7f, 1.5f, -4f, 60f, 1e-5f];
        for (int lane = 0; lane < width; lane++)
        {
            foreach (float value in values)
            {
                float[] x = [.. Enumerable.Range(0, width).Select(i => neighbours[i % neighbours.Length])];
                x[lane] = value;
                float alone = at(function(load([.. Enumerable.Repeat(value, width)])), lane);
                float together = at(function(load(x)), lane);

                // A large angle in one lane sends all of them through the scalar form.
                Assert.True(Ulp.Error(together, alone) <= (name is "Sin" or "Cos" ? 2 : 0), $"{name}({value}) in lane {lane} of {width}");
            }
        }
    }

    [Fact]
    public void Angles_next_to_multiples_of_a_quarter_turn_lose_nothing()
    {
        RealFunction sin = RealFunction.Named("Sin");
        RealFunction cos = RealFunction.Named("Cos");
        for (int n = 1; n < 20_000; n++)
        {
            float x = (float)(n * (Math.PI / 2));
            Both(x);
            Both(-MathF.BitIncrement(x));
        }

        // The float that comes nearest to a multiple of pi/2 (J.-M. Muller, Elementary Functions, table 11.2).
        Both(16367173f * 4722366482869645213696f);

        void Both(float x)
        {
            Check("Sin", "vector", x, sin.SingleVector(x).Value[0], Math.Sin(x), sin.SingleUlps);
            Check("Sin", "wide", x, sin.SingleWide(x).Value[0], Math.Sin(x), sin.SingleUlps);
            Check("Sin", "scalar", x, sin.Single(x).Value, Math.Sin(x), sin.SingleUlps);
            Check("Cos", "vector", x, cos.SingleVector(x).Value[0], Math.Cos(x), cos.SingleUlps);
            Check("Cos", "wide", x, cos.SingleWide(x).Value[0], Math.Cos(x), cos.SingleUlps);
            Check("Cos", "scalar", x, cos.Single(x).Value, Math.Cos(x), cos.SingleUlps);
        }
    }

    private static void Check(string name, string form, float x, float actual, double exact, double ulps)
    {
        double error = Ulp.Error(actual, exact);
        Assert.True(error <= ulps, $"{form} {name}({x:G9}) is {actual:G9}, not {exact:G17}: {error:F2} ulp, more than {ulps}");
    }
}
