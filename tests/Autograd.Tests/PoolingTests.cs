using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Pooling: values, positions and gradients as PyTorch has them, derivatives of derivatives, and errors.</summary>
public class PoolingTests
{
    public static TheoryData<string, bool> Names
    {
        get
        {
            TheoryData<string, bool> names = [];
            foreach (object[] name in Golden.Names("pooling"))
            {
                names.Add((string)name[0], false);
                names.Add((string)name[0], true);
            }

            return names;
        }
    }

    public static TheoryData<string> Functions => [.. s_functions.Keys];

    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_functions = new()
    {
        ["MaxPool1D"] = static x => x.Reshape(1, 2, 28).MaxPool1D(3, 2, 1),
        ["MaxPool2D"] = static x => x.MaxPool2D((3, 2), (2, 1), 1, ceilMode: true),
        ["MaxPool3D"] = static x => x.Unsqueeze(0).MaxPool3D((2, 3, 2), (1, 2, 2), (1, 1, 0), (2, 1, 1)),
        ["AveragePool1D"] = static x => x.Reshape(1, 2, 28).AveragePool1D(4, 3, 2, countIncludePad: false),
        ["AveragePool2D"] = static x => x.AveragePool2D(3, 2, 1, ceilMode: true),
        ["AveragePool2D, divisor"] = static x => x.AveragePool2D((2, 3), divisor: 4),
        ["AveragePool3D"] = static x => x.Unsqueeze(0).AveragePool3D((2, 2, 3)),
        ["AdaptiveMaxPool2D"] = static x => x.AdaptiveMaxPool2D((3, 5)),
        ["AdaptiveAveragePool2D"] = static x => x.AdaptiveAveragePool2D((3, 5)),
        ["global average"] = static x => x.AdaptiveAveragePool2D(1),
        ["of a view"] = static x => x.Transpose(-1, -2)[.., 1..].MaxPool2D(2),
        ["without a batch"] = static x => x[0].AveragePool2D(2),
        ["unpooled"] = static x => x.MaxPool(2, out Tensor at, 2).MaxUnpool(at, 4, 7),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_places_and_gradients_are_those_of_PyTorch(string name, bool onGpu)
    {
        GoldenCase golden = Golden.Load("pooling")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor x = golden.Inputs["input"].Tensor(onGpu ? TestDevice.Gpu : Device.Cpu);
        x.RequireGrad();
        int axes = x.Rank - 2;
        Tensor y = Run(golden, axes, x);
        golden.Outputs["output"].Matches(y);
        y.Backward(golden.OutputGradients["output"].Tensor(x.Device));
        golden.Gradients["input"].Matches(x.Gradient!);
        if (golden.Kind == "max_pool")
        {
            Tensor again = x.MaxPool(
                axes, out Tensor indices, Numbers(golden, "kernel"), Numbers(golden, "stride"), Numbers(golden, "padding"),
                Numbers(golden, "dilation"), golden.Options.Flag("ceil_mode"));
            golden.Outputs["output"].Matches(again);
            golden.Outputs["indices"].Matches(indices);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Gradients_of_gradients_agree_with_differences(string name)
    {
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            Tensor x = Tensor.Normal([1, 2, 4, 7], 0, 1, DType.Float64, device, new Generator(5));
            GradCheck.Run(inputs => s_functions[name](inputs[0]).Square(), [x], order: 2);
        }
    }

    [Theory]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Sixteen_bits_are_pooled_in_Float32(DType dtype)
    {
        Tensor x = Tensor.Normal([1, 2, 6, 6], 0, 1, DType.Float32, Device.Cpu, new Generator(5)).To(dtype);
        Tensor wide = x.To(DType.Float32);
        Assert.Equal(wide.MaxPool2D(2).ToArray<float>(), x.MaxPool2D(2).To(DType.Float32).ToArray<float>());
        Assert.Equal(wide.AveragePool2D(3).To(dtype).To(DType.Float32).ToArray<float>(), x.AveragePool2D(3).To(DType.Float32).ToArray<float>());
        x.RequireGrad();
        Tensor y = x.MaxPool2D(2);
        Assert.Equal(dtype, y.DType);
        y.Sum().Backward();
        Assert.Equal(18, x.Gradient!.To(DType.Float32).Sum().Item());
    }

    [Fact]
    public void Not_a_number_is_the_largest()
    {
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            float[] values = [.. Enumerable.Range(0, 36).Select(static i => i % 5 == 3 ? float.NaN : float.NegativeInfinity)];
            Tensor x = Tensor.From(values, [1, 1, 6, 6], device);
            float[] largest = x.MaxPool(2, out Tensor at, 2).ToArray<float>();
            long[] places = at.ToArray<long>();
            for (int i = 0; i < 9; i++)
            {
                int corner = (i / 3 * 12) + (i % 3 * 2);
                int[] window = [corner, corner + 1, corner + 6, corner + 7];
                Assert.Equal(window.Any(place => float.IsNaN(values[place])) ? float.NaN : float.NegativeInfinity, largest[i]);
                Assert.Contains((int)places[i], window);
            }
        }
    }

    // Windows that stand side by side and fill their lines are put together many rows at a time; the oracle is a plain loop, which takes the
    // first of equal ones, and the first that is not a number.
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Windows_side_by_side(DType dtype)
    {
        Random random = new(4);
        foreach ((int planes, int lines, int length, int down, int across) in ((int, int, int, int, int)[])
            [(3, 14, 28, 2, 2), (5, 4, 14, 2, 2), (2, 6, 6, 3, 2), (2, 10, 40, 5, 1), (1, 4, 2000, 2, 2), (2, 9, 9, 3, 3), (200, 2, 2, 2, 2), (1, 80, 34, 1, 2)])
        {
            double[] values = [.. Enumerable.Range(0, planes * lines * length).Select(_ => random.Next(40) == 0 ? double.NaN : random.Next(-3, 4))];
            Tensor x = Tensor.From(values, [1, planes, lines, length], Device.Cpu).To(dtype);
            double[] largest = x.MaxPool(2, out Tensor at, (down, across)).To(DType.Float64).ToArray<double>();
            long[] places = at.ToArray<long>();
            (int rows, int columns) = (lines / down, length / across);
            for (int i = 0; i < largest.Length; i++)
            {
                int plane = i / (rows * columns) * lines * length;
                int corner = (i / columns % rows * down * length) + (i % columns * across);
                int best = corner;
                for (int k = 1; k < down * across; k++)
                {
                    int place = corner + (k / across * length) + (k % across);
                    double most = values[plane + best];
                    best = !double.IsNaN(most) && !(most >= values[plane + place]) ? place : best;
                }

                Assert.Equal((values[plane + best], best), (largest[i], places[i]));
            }
        }
    }

    [Fact]
    public void Windows_longer_than_what_is_put_together_at_a_time()
    {
        // Of 5,000 elements with a window of 1,500 and one of 700 elements, 3 apart; the oracle is a plain loop.
        Tensor x = Tensor.Normal([2, 1, 5000], 0, 1, DType.Float64, Device.Cpu, new Generator(3));
        double[] values = x.ToArray<double>();
        Check(x.MaxPool1D(1500, 7), 1500, 7, 1, static window => window.Max());
        Check(x.MaxPool1D(700, 5, dilation: 3), 700, 5, 3, static window => window.Max());
        Check(x.MaxPool1D(2, 1, dilation: 2000), 2, 1, 2000, static window => window.Max());
        Check(x.AveragePool1D(1500, 7), 1500, 7, 1, static window => window.Average());
        Check(x.AveragePool1D(4, 2), 4, 2, 1, static window => window.Average());

        void Check(Tensor y, int kernel, int stride, int dilation, Func<IEnumerable<double>, double> expected)
        {
            double[] actual = y.ToArray<double>();
            int outputs = y.Shape[^1];
            Assert.Equal(((5000 - (dilation * (kernel - 1)) - 1) / stride) + 1, outputs);
            for (int i = 0; i < actual.Length; i++)
            {
                int start = (i / outputs * 5000) + (i % outputs * stride);
                Assert.Equal(expected(Enumerable.Range(0, kernel).Select(k => values[start + (k * dilation)])), actual[i], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData("MaxPool2D: an input [3, 4]. Use [N, C, H, W] or [C, H, W].")]
    [InlineData("MaxPool2D: a kernel of 5 is longer than the input [1, 1, 4, 4]")]
    [InlineData("AveragePool2D: a padding of 2 is more than half of a kernel of 2")]
    [InlineData("MaxPool1D: kernel must be at least 1, and is 0.")]
    [InlineData("MaxPool2D: kernel (2, 2, 2) must be one number, or one for each of 2 axes.")]
    [InlineData("AveragePool1D: divisor must be at least 1, and is 0.")]
    [InlineData("MaxPool1D: needs floating-point elements, not Int32 of shape [1, 1, 4].")]
    [InlineData("AdaptiveMaxPool1D: an input [1, 1, 0] has nothing to pool along axis 2.")]
    [InlineData("MaxUnpool: an input [1, 1, 2, 2], indices [1, 1, 4] and 2 lengths")]
    [InlineData("MaxPool: pools over 1, 2 or 3 axes, not 4.")]
    [InlineData("MaxUnpool: a result of shape [1, 1, 65536, 65536] has too many elements")]
    [InlineData("AdaptiveMaxPool2D: a result of shape [1, 1, 65536, 32769] has too many elements")]
    public void What_does_not_fit_is_refused(string message)
    {
        Tensor square = Tensor.Zeros([1, 1, 4, 4]);
        Dictionary<string, Func<Tensor>> calls = new()
        {
            ["an input [3, 4]"] = () => Tensor.Zeros([3, 4]).MaxPool2D(2),
            ["a kernel of 5"] = () => square.MaxPool2D(5),
            ["a padding of 2"] = () => square.AveragePool2D(2, padding: 2),
            ["kernel must be"] = () => square[0].MaxPool1D(0),
            ["(2, 2, 2)"] = () => square.MaxPool2D((2, 2, 2)),
            ["divisor must"] = () => square[0].AveragePool1D(2, divisor: 0),
            ["Int32"] = () => Tensor.Zeros([1, 1, 4], DType.Int32).MaxPool1D(2),
            ["nothing to pool"] = () => Tensor.Zeros([1, 1, 0]).AdaptiveMaxPool1D(2),
            ["65536, 65536"] = () => square.MaxUnpool(Tensor.Zeros(square.Shape, DType.Int64), 65_536, 65_536),
            ["32769"] = () => square.AdaptiveMaxPool2D((65_536, 32_769)),
            ["MaxUnpool: an input"] = () => square.MaxPool2D(2).MaxUnpool(Tensor.Zeros([1, 1, 4], DType.Int64), 4, 4),
            ["1, 2 or 3"] = () => square.MaxPool(4, out _, 2),
        };
        Func<Tensor> call = calls.Single(pair => message.Contains(pair.Key, StringComparison.Ordinal)).Value;
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static Tensor Run(GoldenCase golden, int axes, Tensor x)
    {
        if (golden.Kind.StartsWith("adaptive", StringComparison.Ordinal))
        {
            PerAxis outputs = Numbers(golden, "outputs");
            return (golden.Kind == "adaptive_max_pool", axes) switch
            {
                (true, 1) => x.AdaptiveMaxPool1D(outputs),
                (true, 2) => x.AdaptiveMaxPool2D(outputs),
                (true, _) => x.AdaptiveMaxPool3D(outputs),
                (_, 1) => x.AdaptiveAveragePool1D(outputs),
                (_, 2) => x.AdaptiveAveragePool2D(outputs),
                _ => x.AdaptiveAveragePool3D(outputs),
            };
        }

        PerAxis kernel = Numbers(golden, "kernel");
        PerAxis stride = Numbers(golden, "stride");
        PerAxis padding = Numbers(golden, "padding");
        PerAxis dilation = Numbers(golden, "dilation");
        bool ceil = golden.Options.Flag("ceil_mode");
        if (golden.Kind == "max_pool")
        {
            return axes switch
            {
                1 => x.MaxPool1D(kernel, stride, padding, dilation, ceil),
                2 => x.MaxPool2D(kernel, stride, padding, dilation, ceil),
                _ => x.MaxPool3D(kernel, stride, padding, dilation, ceil),
            };
        }

        bool include = golden.Options.Flag("count_include_pad");
        int? divisor = golden.Options.Contains("divisor") ? golden.Options.Integer("divisor") : null;
        return axes switch
        {
            1 => x.AveragePool1D(kernel, stride, padding, ceil, include, divisor),
            2 => x.AveragePool2D(kernel, stride, padding, ceil, include, divisor),
            _ => x.AveragePool3D(kernel, stride, padding, ceil, include, divisor),
        };
    }

    private static PerAxis Numbers(GoldenCase golden, string option) => golden.Options.Integers(option);
}
