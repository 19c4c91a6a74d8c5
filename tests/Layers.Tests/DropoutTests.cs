using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>Dropout's mask, its scale and its gradient; flattening.</summary>
public class DropoutTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_part_is_dropped_and_the_rest_is_scaled_so_that_the_mean_stays(double probability)
    {
        using TensorScope scope = Tensor.Scope();
        const int Count = 200_000;
        Dropout layer = new(probability, new Generator(1));
        double[] y = layer.Forward(Tensor.Full([400, 500], 3, DType.Float64, Device.Cpu)).ToArray<double>();
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - (3 / (1 - probability))) < 1e-6, $"{v}"));

        // Five standard deviations of a binomial count.
        double five = 5 * Math.Sqrt(Count * probability * (1 - probability));
        Assert.InRange(y.Count(static v => v == 0), (Count * probability) - five, (Count * probability) + five);

        // Neighbours in a row and in a column are dropped independently.
        Assert.InRange(Pairs(1), (Count * probability * probability) - (2 * five), (Count * probability * probability) + (2 * five));
        Assert.InRange(Pairs(500), (Count * probability * probability) - (2 * five), (Count * probability * probability) + (2 * five));

        int Pairs(int distance) => Enumerable.Range(0, Count - distance).Count(i => y[i] == 0 && y[i + distance] == 0);
    }

    [Fact]
    public void The_gradient_passes_where_the_value_passed()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Full([50, 40], 2, DType.Float64, Device.Cpu).RequireGrad();
        Tensor y = new Dropout(0.3, new Generator(5)).Forward(x);
        y.Backward(Tensor.Full([50, 40], 7, DType.Float64, Device.Cpu));
        double[] values = y.ToArray<double>();
        double[] gradient = x.Gradient!.ToArray<double>();
        Assert.Equal(values.Select(static v => v == 0), gradient.Select(static g => g == 0));
        Assert.All(values.Zip(gradient), static pair => Assert.Equal(pair.First * 3.5, pair.Second, 1e-12));
        Assert.Contains(0, values);
    }

    [Fact]
    public void Every_pass_draws_a_new_mask_and_the_same_seed_the_same_ones()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones(100, device: Device.Cpu);
        Dropout first = new(0.5, new Generator(3));
        Dropout second = new(0.5, new Generator(3));
        float[] pass = first.Forward(x).ToArray<float>();
        Assert.Equal(pass, second.Forward(x).ToArray<float>());
        float[] next = first.Forward(x).ToArray<float>();
        Assert.NotEqual(pass, next);
        Assert.Equal(next, second.Forward(x).ToArray<float>());
    }

    [Fact]
    public void In_evaluation_and_with_probability_zero_nothing_is_done_or_drawn()
    {
        Generator generator = new(3);
        Tensor x = Tensor.Ones(100, device: Device.Cpu);
        Dropout layer = new(0.5, generator);
        layer.Eval();
        Assert.Same(x, layer.Forward(x));
        Assert.Same(x, new Dropout(0, generator).Forward(x));
        Assert.Equal((0.0, 0.3), (new Dropout(0).Probability, new Dropout(0.3).Probability));
        Assert.Equal(
            Tensor.Uniform(4, 0, 1, device: Device.Cpu, generator: new Generator(3)).ToArray<float>(),
            Tensor.Uniform(4, 0, 1, device: Device.Cpu, generator: generator).ToArray<float>());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(double.NaN)]
    public void Probabilities_outside_the_interval_are_refused(double probability)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(probability));
        Assert.Equal("probability", error.ParamName);
        Assert.Contains("[0, 1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flatten_makes_one_axis_of_all_behind_the_batch()
    {
        using TensorScope scope = Tensor.Scope();
        Flatten layer = new();
        Tensor x = Tensor.Arange(24, device: Device.Cpu).Reshape(2, 3, 4);
        Assert.Equal(new Shape(2, 12), layer.Forward(x).Shape);
        Assert.Equal(x.ToArray<float>(), layer.Forward(x).ToArray<float>());
        Assert.Equal(new Shape(3, 8), layer.Forward(x.Transpose(0, 1)).Shape);
        Assert.Equal(x.Transpose(0, 1).ToArray<float>(), layer.Forward(x.Transpose(0, 1)).ToArray<float>());
        Assert.Equal(new Shape(5, 1), layer.Forward(Tensor.Zeros([5, 1], device: Device.Cpu)).Shape);
        Assert.Equal(new Shape(0, 12), layer.Forward(Tensor.Zeros([0, 3, 4], device: Device.Cpu)).Shape);
        Assert.Equal(new Shape(6, 4), new Flatten(0, -2).Forward(x).Shape);
        Assert.Equal(("Flatten", "Flatten(0, -2)"), (layer.ToString(), new Flatten(0, -2).ToString()));
        Assert.Equal(new Shape(1), Tensor.Scalar(1, device: Device.Cpu).Flatten().Shape);
        string message = Assert.Throws<ArgumentException>(() => new Flatten(-1, 1).Forward(x)).Message;
        Assert.StartsWith("Flatten: of [2, 3, 4], axis 1 comes before axis -1.", message, StringComparison.Ordinal);
    }
}
