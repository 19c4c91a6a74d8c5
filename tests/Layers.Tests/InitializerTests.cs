using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Initialisers: the interval or deviation that PyTorch asks its generator for, and the statistics of what is drawn.</summary>
public class InitializerTests
{
    private static readonly string[] s_uniform = ["xavier_uniform", "kaiming_uniform", "lecun_uniform"];
    private static readonly string[] s_normal = ["xavier_normal", "kaiming_normal", "lecun_normal"];

    // Width of the weights below: [300, 700] has the variances below, by the papers' formulas with fan-in 700 and fan-out 300.
    private static readonly Dictionary<string, (Initializer Initializer, double Mean, double Variance, bool Uniform)> s_statistics = new()
    {
        ["GlorotUniform"] = (new GlorotUniform(), 0, 2.0 / 1000, true),
        ["GlorotUniform, tanh"] = (new GlorotUniform(5.0 / 3), 0, 25.0 / 9 * 2 / 1000, true),
        ["GlorotNormal"] = (new GlorotNormal(), 0, 2.0 / 1000, false),
        ["HeUniform"] = (new HeUniform(), 0, 2.0 / 700, true),
        ["HeNormal"] = (new HeNormal(), 0, 2.0 / 700, false),
        ["HeNormal, leaky, fan-out"] = (new HeNormal(0.5, FanMode.FanOut), 0, 2 / 1.25 / 300, false),
        ["LeCunUniform"] = (new LeCunUniform(), 0, 1.0 / 700, true),
        ["LeCunNormal"] = (new LeCunNormal(), 0, 1.0 / 700, false),
        ["Normal"] = (new Normal(2, 0.3), 2, 0.09, false),
        ["Uniform"] = (new Uniform(1, 7), 4, 3, true),
        ["Orthogonal"] = (new Orthogonal(2), 0, 4.0 / 700, false),
    };

    public static IEnumerable<object[]> FanNames => Golden.Names("initializers", "fans");

    public static IEnumerable<object[]> ScaleNames => Golden.Names("initializers", [.. s_uniform, .. s_normal]);

    public static IEnumerable<object[]> DefaultNames => Golden.Names("initializers", "default_weight", "default_bias")
        .Where(static row => Golden.Load("initializers")[(string)row[0]].Options.Integers("shape").Length == 2);

    public static IEnumerable<object[]> ConvolutionNames => Golden.Names("initializers", "default_weight", "default_bias")
        .Where(static row => Golden.Load("initializers")[(string)row[0]].Options.Integers("shape").Length is > 2 and < 6);

    public static TheoryData<string> StatisticsNames => [.. s_statistics.Keys];

    [Fact]
    public void Gains_are_those_of_PyTorch()
    {
        // torch.nn.init.calculate_gain of PyTorch 2.6.
        Assert.Equal(1.6666666666666667, Gain.Tanh);
        Assert.Equal(1.4142135623730951, Gain.ReLU);
        Assert.Equal(0.75, Gain.SELU);
        Assert.Equal(1, Gain.Linear);
        Assert.Equal(1.4141428569978354, Gain.LeakyReLU(), 1e-15);
        Assert.Equal(1.3867504905630728, Gain.LeakyReLU(0.2), 1e-15);
    }

    [Fact]
    public void The_identity_passes_a_matrix_or_an_image_on()
    {
        Tensor x = Tensor.Normal([2, 3, 5, 4], 0, 1, DType.Float64, Device.Cpu, new Generator(3));
        Tensor weight = new Dirac().Create([3, 3, 3, 3], DType.Float64, Device.Cpu);
        Assert.Equal(x.ToArray<double>(), x.Conv2D(weight, padding: 1).ToArray<double>());
        Assert.Equal(3, weight.Sum().Item());

        // Two groups of two outputs and one channel each: the second output of each group stays empty.
        double[] grouped = new Dirac(2).Create([4, 1, 2], DType.Float64, Device.Cpu).ToArray<double>();
        Assert.Equal([0, 1, 0, 0, 0, 1, 0, 0], grouped);
        Assert.Equal([1, 0, 0, 0, 1, 0], new Identity().Create([2, 3], DType.Float64, Device.Cpu).ToArray<double>());
        Assert.Throws<ArgumentException>(() => new Identity().Create([2, 3, 1]));
        Assert.Throws<ArgumentException>(() => new Dirac(2).Create([3, 1, 2]));
        Assert.Throws<ArgumentException>(() => new Dirac().Create([3, 1]));
    }

    [Fact]
    public void A_truncated_normal_distribution_has_its_mean_and_variance_within_its_limits()
    {
        // For limits of a and b deviations the variance is 1 + (a p(a) - b p(b)) / Z - ((p(a) - p(b)) / Z)^2.
        foreach ((TruncatedNormal initializer, double low, double high, double mean, double variance) in
            ((TruncatedNormal, double, double, double, double)[])[
                (new TruncatedNormal(0.5, 2, -1.5, 6.5), -1.5, 6.5, 1.0655722, 2.4645669), (new TruncatedNormal(), -2, 2, 0, 0.7737413)])
        {
            double[] values = initializer.Create([400, 500], DType.Float64, Device.Cpu, new Generator(3)).ToArray<double>();
            Assert.All(values, value => Assert.InRange(value, low, high));
            double found = values.Average();
            Assert.Equal(mean, found, 0.02);
            Assert.Equal(variance, values.Average(value => (value - found) * (value - found)), 0.03);
        }

        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => new TruncatedNormal(0, -1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TruncatedNormal(low: 2, high: 2));
    }

    [Fact]
    public void A_sparse_matrix_has_its_zeros_in_each_column()
    {
        double[] values = new Sparse(0.3, 2).Create([400, 50], DType.Float64, Device.Cpu, new Generator(4)).ToArray<double>();
        for (int column = 0; column < 50; column++)
        {
            Assert.Equal(120, Enumerable.Range(0, 400).Count(row => values[(row * 50) + column] == 0));
        }

        // The others are normal: the deviation of 14,000 numbers is within 2 %, and the first and last rows are as often zero.
        double[] rest = [.. values.Where(static value => value != 0)];
        Assert.InRange(Math.Sqrt(rest.Average(static value => value * value)), 1.96, 2.04);
        Assert.InRange(values.Take(5000).Count(static value => value == 0), 1400, 1600);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sparse(1.5));
        Assert.Throws<ArgumentException>(() => new Sparse(0.5).Create([3]));
    }

    [Theory]
    [MemberData(nameof(FanNames))]
    public void Fans_are_those_of_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("initializers")[name];
        (int fanIn, int fanOut) = Initializer.Fans(new Shape(golden.Options.Integers("shape")));
        Assert.Equal(golden.Outputs["fan_in"].ToIntegers()[0], fanIn);
        Assert.Equal(golden.Outputs["fan_out"].ToIntegers()[0], fanOut);
    }

    [Theory]
    [MemberData(nameof(ScaleNames))]
    public void Interval_and_deviation_are_those_of_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("initializers")[name];
        Shape shape = new(golden.Options.Integers("shape"));
        using TensorScope scope = Tensor.Scope();
        double[] actual = Make(golden).Create(shape, DType.Float64, Device.Cpu, new Generator(7)).ToArray<double>();

        // The same seed draws the same numbers, so that only PyTorch's scale is between the two.
        double[] expected = s_uniform.Contains(golden.Kind)
            ? Tensor.Uniform(shape, Value(golden, "low"), Value(golden, "high"), DType.Float64, Device.Cpu, new Generator(7)).ToArray<double>()
            : Tensor.Normal(shape, Value(golden, "mean"), Value(golden, "std"), DType.Float64, Device.Cpu, new Generator(7)).ToArray<double>();
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Theory]
    [MemberData(nameof(DefaultNames))]
    public void A_Dense_layer_begins_as_PyTorchs_Linear_does(string name)
    {
        GoldenCase golden = Golden.Load("initializers")[name];
        int[] shape = golden.Options.Integers("shape");
        double bound = Value(golden, "high");
        Assert.Equal(-bound, Value(golden, "low"));

        // The largest of 2,000 and more uniform numbers comes within a hundredth of the end, but for one time in a hundred million.
        double largest = 0;
        int count = 0;
        for (ulong seed = 0; count < 2000; seed++)
        {
            Dense layer = new(shape[1], shape[0], dtype: DType.Float64, device: Device.Cpu, generator: new Generator(seed));
            double[] values = (golden.Kind == "default_bias" ? layer.Bias! : layer.Weight).ToArray<double>();
            largest = Math.Max(largest, values.Max(Math.Abs));
            count += values.Length;
        }

        Assert.InRange(largest, bound * 0.99, bound);
    }

    // A transposed layer's weight has the shape of another one's, and begins as that does.
    [Theory]
    [MemberData(nameof(ConvolutionNames))]
    public void Convolutions_begin_as_PyTorchs_do(string name)
    {
        GoldenCase golden = Golden.Load("initializers")[name];
        int[] shape = golden.Options.Integers("shape");
        foreach (bool transposed in (bool[])[false, true])
        {
            double largest = 0;
            int count = 0;
            (int inputs, int outputs) = transposed ? (shape[0], shape[1]) : (shape[1], shape[0]);
            for (ulong seed = 0; count < 2000; seed++)
            {
                using TensorScope scope = Tensor.Scope();
                ConvolutionLayer layer = Layer(transposed, shape.Length - 2, inputs, outputs, shape[2..], new Generator(seed));
                Assert.Equal(new Shape(shape), layer.Weight.Shape);
                Assert.Equal(new Shape(outputs), layer.Bias!.Shape);
                double[] values = (golden.Kind == "default_bias" ? layer.Bias : layer.Weight).ToArray<double>();
                largest = Math.Max(largest, values.Max(Math.Abs));
                count += values.Length;
            }

            Assert.InRange(largest, Value(golden, "high") * 0.99, Value(golden, "high"));
        }

        static ConvolutionLayer Layer(bool transposed, int axes, int inputs, int outputs, int[] kernel, Generator generator) => (transposed, axes) switch
        {
            (false, 1) => new Conv1D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
            (false, 2) => new Conv2D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
            (false, _) => new Conv3D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
            (true, 1) => new ConvTranspose1D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
            (true, 2) => new ConvTranspose2D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
            _ => new ConvTranspose3D(inputs, outputs, kernel, dtype: DType.Float64, device: Device.Cpu, generator: generator),
        };
    }

    [Theory]
    [MemberData(nameof(StatisticsNames))]
    public void Values_have_the_mean_and_the_variance_of_the_formula(string name)
    {
        (Initializer initializer, double expected, double variance, bool uniform) = s_statistics[name];
        using TensorScope scope = Tensor.Scope();
        double[] x = initializer.Create([300, 700], DType.Float32, Device.Cpu, new Generator(3)).To(DType.Float64).ToArray<double>();
        double mean = x.Average();
        double found = x.Average(v => (v - mean) * (v - mean));

        // 210,000 values: five standard errors of the mean, and more than six of a normal distribution's variance.
        Assert.Equal(expected, mean, 5 * Math.Sqrt(variance / x.Length));
        Assert.InRange(found, variance * 0.98, variance * 1.02);
        if (uniform)
        {
            // Nothing outside sqrt(3) deviations, and something next to both ends.
            double bound = Math.Sqrt(3 * variance);
            Assert.InRange(x.Max() - expected, bound * 0.999, bound * 1.000001);
            Assert.InRange(x.Min() - expected, -bound * 1.000001, -bound * 0.999);
        }
        else
        {
            // Of a normal distribution 31.7 % are beyond one deviation and 4.55 % beyond two.
            Assert.InRange(x.Count(v => Math.Abs(v - expected) > Math.Sqrt(variance)) / (double)x.Length, 0.31, 0.325);
            Assert.InRange(x.Count(v => Math.Abs(v - expected) > 2 * Math.Sqrt(variance)) / (double)x.Length, 0.043, 0.048);
        }
    }

    [Theory]
    [MemberData(nameof(StatisticsNames))]
    public void The_same_seed_gives_the_same_bits_and_another_seed_others(string name)
    {
        Initializer initializer = s_statistics[name].Initializer;
        using TensorScope scope = Tensor.Scope();
        float[] Draw(ulong seed) => initializer.Create([5, 7], DType.Float32, Device.Cpu, new Generator(seed)).ToArray<float>();
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(3, 20)]
    [InlineData(20, 3)]
    [InlineData(1, 9)]
    public void Orthogonal_rows_or_columns_are_orthogonal_and_as_long_as_the_gain(int rows, int columns)
    {
        using TensorScope scope = Tensor.Scope();
        const double Gain = 1.5;
        Tensor q = new Orthogonal(Gain).Create([rows, columns], DType.Float64, Device.Cpu, new Generator(4));
        Tensor product = rows <= columns ? q.MatMul(q.T) : q.T.MatMul(q);
        int n = Math.Min(rows, columns);
        double[] values = product.ToArray<double>();
        for (int i = 0; i < n * n; i++)
        {
            Assert.Equal(i % (n + 1) == 0 ? Gain * Gain : 0, values[i], 1e-13);
        }
    }

    [Fact]
    public void Orthogonal_takes_the_axes_behind_the_first_as_one()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor q = new Orthogonal().Create([4, 2, 3], DType.Float64, Device.Cpu, new Generator(4)).Reshape(4, 6);
        double[] values = q.MatMul(q.T).ToArray<double>();
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(i % 5 == 0 ? 1 : 0, values[i], 1e-13));
        Assert.Contains("[5]", Assert.Throws<ArgumentException>(static () => new Orthogonal().Create(5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_are_what_they_say()
    {
        using TensorScope scope = Tensor.Scope();
        Assert.All(Constant.Zeros.Create([2, 3], device: Device.Cpu).ToArray<float>(), static v => Assert.Equal(0, v));
        Assert.All(Constant.Ones.Create([2, 3], device: Device.Cpu).ToArray<float>(), static v => Assert.Equal(1, v));
        Assert.All(new Constant(-2.5).Create(4, DType.Float64, Device.Cpu).ToArray<double>(), static v => Assert.Equal(-2.5, v));
    }

    [Fact]
    public void Impossible_distributions_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => new Uniform(1, 0));
        Assert.Throws<ArgumentException>(static () => new Uniform(0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>(static () => new Normal(0, -1));
        Assert.Throws<ArgumentException>(static () => new Normal(double.NaN));
    }

    private static double Value(GoldenCase golden, string name) => golden.Outputs[name].ToDoubles()[0];

    private static Initializer Make(GoldenCase golden)
    {
        double slope = golden.Options.Number("a", 0);
        FanMode mode = golden.Options.Text("mode", "fan_in") == "fan_in" ? FanMode.FanIn : FanMode.FanOut;
        return golden.Kind switch
        {
            "xavier_uniform" => new GlorotUniform(golden.Options.Number("gain")),
            "xavier_normal" => new GlorotNormal(golden.Options.Number("gain")),
            "kaiming_uniform" => new HeUniform(slope, mode),
            "kaiming_normal" => new HeNormal(slope, mode),
            "lecun_uniform" => new LeCunUniform(),
            _ => new LeCunNormal(),
        };
    }
}
