namespace DeepSharp.Tests;

public class RandomTests
{
    private static readonly Dictionary<string, Func<Shape, DType, Device, Generator, Tensor>> s_draws = new()
    {
        ["Uniform"] = static (shape, dtype, device, generator) => Tensor.Uniform(shape, -2, 3, dtype, device, generator),
        ["Normal"] = static (shape, dtype, device, generator) => Tensor.Normal(shape, 1, 0.5, dtype, device, generator),
        ["Bernoulli"] = static (shape, dtype, device, generator) => Tensor.Bernoulli(shape, 0.3, dtype, device, generator),
    };

    public static TheoryData<string> Names => [.. s_draws.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others(string name)
    {
        using TensorScope scope = Tensor.Scope();
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            double[] first = Draw(name, [3, 7], dtype, Device.Cpu, new Generator(5));
            Assert.Equal(first, Draw(name, [3, 7], dtype, Device.Cpu, new Generator(5)));
            Assert.NotEqual(first, Draw(name, [3, 7], dtype, Device.Cpu, new Generator(6)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_goes_on_and_can_be_set_back(string name)
    {
        using TensorScope scope = Tensor.Scope();
        Generator generator = new(9);
        double[] first = Draw(name, [1001], DType.Float32, Device.Cpu, generator);
        ulong position = generator.Position;
        double[] second = Draw(name, [1001], DType.Float32, Device.Cpu, generator);
        Assert.NotEqual(first, second);
        Assert.True(generator.Position > position);
        generator.Position = position;
        Assert.Equal(second, Draw(name, [1001], DType.Float32, Device.Cpu, generator));
        generator.Position = 0;
        Assert.Equal(first, Draw(name, [1001], DType.Float32, Device.Cpu, generator));
        Assert.Equal(9u, generator.Seed);
    }

    [Fact]
    public void Moments_are_those_of_the_distributions()
    {
        using TensorScope scope = Tensor.Scope();
        const int Count = 1_000_000;
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            // Within five standard errors of what the distributions have.
            double[] uniform = Draw("Uniform", Count, dtype, Device.Cpu, new Generator(1));
            Assert.All(uniform, static v => Assert.InRange(v, -2, 3));
            Moments(uniform, 0.5, 25 / 12.0, 5 * Math.Sqrt(25 / 12.0 / Count));
            double[] normal = Draw("Normal", Count, dtype, Device.Cpu, new Generator(2));
            Moments(normal, 1, 0.25, 5 * 0.5 / Math.Sqrt(Count));
            double beyond = normal.Count(static v => Math.Abs(v - 1) > 1) / (double)Count;
            Assert.Equal(0.0455003, beyond, 5 * Math.Sqrt(0.0455 / Count));
            double[] coins = Draw("Bernoulli", Count, dtype, Device.Cpu, new Generator(3));
            Assert.All(coins, static v => Assert.True(v is 0 or 1));
            Moments(coins, 0.3, 0.21, 5 * Math.Sqrt(0.21 / Count));
        }
    }

    [Fact]
    public void The_default_stream_can_be_seeded()
    {
        using TensorScope scope = Tensor.Scope();
        Generator before = Generator.Default;
        try
        {
            Generator.Default = new Generator(77);
            float[] drawn = Tensor.Uniform([5], device: Device.Cpu).ToArray<float>();
            Assert.Equal(drawn, Tensor.Uniform([5], device: Device.Cpu, generator: new Generator(77)).ToArray<float>());
            Assert.Throws<ArgumentNullException>(() => Generator.Default = null!);
        }
        finally
        {
            Generator.Default = before;
        }
    }

    [Fact]
    public void Threads_that_share_a_stream_never_get_the_same_numbers()
    {
        Generator generator = new(4);
        HashSet<double> seen = [];
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 50; i++)
            {
                double[] drawn;
                using (TensorScope scope = Tensor.Scope())
                {
                    drawn = Tensor.Uniform([16], 0, 1, DType.Float64, Device.Cpu, generator).ToArray<double>();
                }

                lock (seen)
                {
                    seen.UnionWith(drawn);
                }
            }
        });
        Assert.Equal(4 * 50 * 16, seen.Count);
    }

    [Fact]
    public void Wrong_types_and_probabilities_are_refused()
    {
        string type = Assert.Throws<ArgumentException>(() => Tensor.Normal([2], dtype: DType.Int32)).Message;
        Assert.Contains("Normal", type, StringComparison.Ordinal);
        Assert.Contains("Int32", type, StringComparison.Ordinal);
        foreach (double probability in (double[])[-0.1, 1.1, double.NaN])
        {
            Assert.Contains(
                "[0, 1]",
                Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Bernoulli([2], probability)).Message,
                StringComparison.Ordinal);
        }

        using Tensor none = Tensor.Uniform([0, 3], device: Device.Cpu);
        Assert.Empty(none.ToArray<float>());
    }

    private static double[] Draw(string name, Shape shape, DType dtype, Device device, Generator generator) =>
        Devices.Values(s_draws[name](shape, dtype, device, generator));

    private static void Moments(double[] values, double mean, double variance, double error)
    {
        double average = values.Average();
        Assert.Equal(mean, average, error);
        Assert.Equal(variance, values.Sum(v => (v - average) * (v - average)) / values.Length, 5 * variance * 3 / Math.Sqrt(values.Length));
    }
}
