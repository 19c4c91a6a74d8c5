using DeepSharp.Kernels;

namespace DeepSharp.Tests;

public class RandomTests
{
    private const int Many = 400_000;

    public static TheoryData<DType> Reals => [DType.Float32, DType.Float64];

    [Fact]
    public void Uniform_numbers_are_the_upper_bits_of_the_words()
    {
        Generator generator = new(12345) { Position = 1000 };
        float[] floats = Tensor.Uniform(11, device: Device.Cpu, generator: generator).ToArray<float>();
        Assert.Equal(Enumerable.Range(0, 11).Select(static i => (PhiloxTests.Block(12345, 1000 + ((ulong)i / 4))[i % 4] >> 8) / 16777216f), floats);
        Assert.Equal(1003UL, generator.Position);
        double[] doubles = Tensor.Uniform(5, -2, 6, DType.Float64, Device.Cpu, generator).ToArray<double>();
        for (int i = 0; i < doubles.Length; i++)
        {
            uint[] words = PhiloxTests.Block(12345, 1003 + ((ulong)i / 2));
            ulong bits = ((ulong)words[2 * (i % 2)] << 32) | words[(2 * (i % 2)) + 1];
            Assert.Equal(-2 + ((bits >> 11) / 9007199254740992.0 * 8), doubles[i]);
        }

        Assert.Equal(1006UL, generator.Position);
    }

    [Fact]
    public void Normal_numbers_are_Box_and_Mullers()
    {
        float[] values = Tensor.Normal(1000, 3, 2, device: Device.Cpu, generator: new Generator(7)).ToArray<float>();
        for (int i = 0; i < values.Length; i += 2)
        {
            uint[] words = PhiloxTests.Block(7, (ulong)i / 4);
            double u = (words[i % 4] >> 8) / 16777216.0;
            double v = (words[(i % 4) + 1] >> 8) / 16777216.0;
            double radius = 2 * Math.Sqrt(-2 * Math.Log(1 - u));
            Assert.Equal(3 + (radius * Math.Cos(2 * Math.PI * v)), values[i], 1e-5);
            Assert.Equal(3 + (radius * Math.Sin(2 * Math.PI * v)), values[i + 1], 1e-5);
        }
    }

    [Fact]
    public void Bernoulli_numbers_are_ones_where_the_uniform_number_is_below_the_probability()
    {
        float[] uniform = Tensor.Uniform(1001, device: Device.Cpu, generator: new Generator(5)).ToArray<float>();
        float[] ones = Tensor.Bernoulli(1001, 0.3, device: Device.Cpu, generator: new Generator(5)).ToArray<float>();
        Assert.Equal(uniform.Select(static u => u < 0.3f ? 1f : 0f), ones);
        Assert.All(Tensor.Bernoulli(1001, 0, device: Device.Cpu).ToArray<float>(), static x => Assert.Equal(0, x));
        Assert.All(Tensor.Bernoulli(1001, 1, device: Device.Cpu).ToArray<float>(), static x => Assert.Equal(1, x));
    }

    [Theory]
    [MemberData(nameof(Reals))]
    public void Every_length_draws_the_first_of_the_same_numbers(DType dtype)
    {
        // The longest are held against the definition by the tests above; each length must be where they begin, and use as many
        // blocks of four words as it needs.
        Func<int, Generator, Tensor>[] draws =
        [
            (count, generator) => Tensor.Uniform(count, -3, 4, dtype, Device.Cpu, generator),
            (count, generator) => Tensor.Normal(count, 1, 2, dtype, Device.Cpu, generator),
            (count, generator) => Tensor.Bernoulli(count, 0.4, dtype, Device.Cpu, generator),
            (count, generator) => Tensor.Ones(count, dtype, Device.Cpu).Dropout(0.3, generator),
        ];
        int perBlock = dtype == DType.Float64 ? 2 : 4;
        foreach (Func<int, Generator, Tensor> draw in draws)
        {
            double[] longest = Doubles(draw(70_001, new Generator(7)));
            foreach (int count in Enumerable.Range(0, 257).Concat([1023, 4099, 33_333]))
            {
                Generator generator = new(7);
                Assert.Equal(longest[..count], Doubles(draw(count, generator)));
                Assert.Equal((ulong)((count + perBlock - 1) / perBlock), generator.Position);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Reals))]
    public void Uniform_numbers_are_uniform(DType dtype)
    {
        double[] values = Doubles(Tensor.Uniform(Many, 2, 5, dtype, Device.Cpu, new Generator(1)));
        Assert.DoesNotContain(values, static x => x is < 2 or >= 5);
        int[] counts = new int[300];
        Array.ForEach(values, x => counts[Math.Min(299, (int)((x - 2) * 100))]++);
        Statistics.AssertChiSquare(counts, static _ => 1.0 / 300);
        AssertMoments(values, mean: 3.5, variance: 9.0 / 12, skewness: 0, kurtosis: 1.8);
        AssertNeighboursAreIndependent(values);
    }

    [Theory]
    [MemberData(nameof(Reals))]
    public void Normal_numbers_are_normal(DType dtype)
    {
        double[] values = Doubles(Tensor.Normal(Many, -1, 0.5, dtype, Device.Cpu, new Generator(2)));
        AssertMoments(values, mean: -1, variance: 0.25, skewness: 0, kurtosis: 3);
        AssertNeighboursAreIndependent(values);

        // The standard normal distribution function at 0, 0.5, … 3.5, from tables (Abramowitz and Stegun, 26.1).
        double[] table = [0.5, 0.6914624613, 0.8413447461, 0.9331927987, 0.9772498681, 0.9937903347, 0.9986501020, 0.9997673709, 1];
        int[] counts = new int[16];
        Array.ForEach(values, x => counts[(int)Math.Clamp(Math.Floor((x + 1) / 0.5 * 2) + 8, 0, 15)]++);
        Statistics.AssertChiSquare(counts, i => i >= 8 ? table[i - 7] - table[i - 8] : table[8 - i] - table[7 - i]);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Bernoulli_numbers_have_their_probability(double probability)
    {
        double[] values = Doubles(Tensor.Bernoulli(Many, probability, DType.Float32, Device.Cpu, new Generator(3)));
        Statistics.AssertChiSquare([values.Count(static x => x == 0), values.Count(static x => x == 1)], i => i == 1 ? probability : 1 - probability);
        AssertNeighboursAreIndependent(values);
    }

    [Theory]
    [MemberData(nameof(Reals))]
    public void Devices_draw_the_same_numbers(DType dtype)
    {
        // A GPU may round a product and a sum once, and has a logarithm and a cosine of its own: a last place of numbers up to 16.
        double tolerance = 16 * Math.Pow(2, dtype == DType.Float32 ? -23 : -52);
        foreach (int count in (int[])[1, 2, 3, 4, 5, 1023])
        {
            foreach ((Func<Device, Generator, Tensor> draw, double error) in ((Func<Device, Generator, Tensor>, double)[])[
                ((device, generator) => Tensor.Uniform(count, -3, 4, dtype, device, generator), tolerance),
                ((device, generator) => Tensor.Bernoulli(count, 0.4, dtype, device, generator), 0),
                ((device, generator) => Tensor.Normal(count, 1, 2, dtype, device, generator), tolerance)])
            {
                Generator a = new(99) { Position = 5 };
                Generator b = new(99) { Position = 5 };
                double[] found = Doubles(draw(TestDevice.Gpu, b));
                Assert.All(Doubles(draw(Device.Cpu, a)), (x, i) => Assert.Equal(x, found[i], error));
                Assert.Equal(a.Position, b.Position);
            }
        }
    }

    [Fact]
    public void A_stream_goes_on_where_it_was_and_can_be_set_back()
    {
        Generator generator = new(4);
        float[] first = Tensor.Uniform(8, device: Device.Cpu, generator: generator).ToArray<float>();
        float[] second = Tensor.Uniform(8, device: Device.Cpu, generator: generator).ToArray<float>();
        generator.Position = 0;
        Assert.Equal([.. first, .. second], Tensor.Uniform(16, device: Device.Cpu, generator: generator).ToArray<float>());
        Assert.Equal(16, first.Concat(second).Distinct().Count());
        Assert.Empty(first.Intersect(Tensor.Uniform(8, device: Device.Cpu, generator: new Generator(5)).ToArray<float>()));
    }

    [Fact]
    public void The_upper_end_is_never_drawn()
    {
        // The first word of this block has 24 ones on top: the largest uniform number, which rounds up when one is added to it.
        const ulong Seed = 0;
        ulong position = LargestNumber(Seed);
        Assert.Equal(0xFFFFFFu, PhiloxTests.Block(Seed, position)[0] >> 8);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            float one = Tensor.Uniform(1, 1, 2, device: device, generator: new Generator(Seed) { Position = position }).ToArray<float>()[0];
            Assert.InRange(one, 1f, float.BitDecrement(2f));
            float largest = Tensor.Uniform(1, device: device, generator: new Generator(Seed) { Position = position }).ToArray<float>()[0];
            Assert.Equal(float.BitDecrement(1f), largest);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(-3e38, 3e38)]
    [InlineData(1e39, 2e39)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity)]
    public void Ranges_must_be_ranges(double low, double high) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Uniform(3, low, high, device: Device.Cpu));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Deviations_must_be_deviations(double deviation) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Normal(3, 0, deviation, device: Device.Cpu));

    [Fact]
    public void An_empty_range_has_one_number() =>
        Assert.Equal([2.5f, 2.5f, 2.5f], Tensor.Uniform(3, 2.5, 2.5, device: Device.Cpu).ToArray<float>());

    [Theory]
    [InlineData(DType.Int32)]
    [InlineData(DType.Bool)]
    public void Integers_are_not_drawn(DType dtype)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Tensor.Normal(3, dtype: dtype));
        Assert.Contains(dtype.ToString(), error.Message, StringComparison.Ordinal);
    }

    private static ulong LargestNumber(ulong seed)
    {
        for (ulong block = 0; ; block++)
        {
            if (Philox.Block(seed, block).W0 >= 0xFFFFFF00)
            {
                return block;
            }
        }
    }

    private static double[] Doubles(Tensor tensor) => tensor.To(DType.Float64).ToArray<double>();

    // Within five standard errors; those of a sample's central moments are from Kendall and Stuart, bounded for both distributions.
    private static void AssertMoments(double[] values, double mean, double variance, double skewness, double kurtosis)
    {
        double error = 5 / Math.Sqrt(values.Length);
        double m1 = values.Average();
        double m2 = values.Average(x => Math.Pow(x - m1, 2));
        Assert.Equal(mean, m1, error * Math.Sqrt(variance));
        Assert.Equal(variance, m2, error * variance * Math.Sqrt(kurtosis - 1));
        Assert.Equal(skewness, values.Average(x => Math.Pow(x - m1, 3)) / Math.Pow(m2, 1.5), error * Math.Sqrt(6));
        Assert.Equal(kurtosis, values.Average(x => Math.Pow(x - m1, 4)) / (m2 * m2), error * Math.Sqrt(24));
    }

    private static void AssertNeighboursAreIndependent(double[] values)
    {
        double mean = values.Average();
        double variance = values.Average(x => (x - mean) * (x - mean));
        foreach (int lag in (int[])[1, 2, 3, 4, 8, 1000])
        {
            double sum = 0;
            for (int i = lag; i < values.Length; i++)
            {
                sum += (values[i] - mean) * (values[i - lag] - mean);
            }

            Assert.Equal(0, sum / variance / (values.Length - lag), 5 / Math.Sqrt(values.Length - lag));
        }
    }
}
