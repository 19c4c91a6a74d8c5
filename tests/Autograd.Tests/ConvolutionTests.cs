using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Convolutions and transposed ones: values and gradients of PyTorch's layers, of loops over every index, and finite differences.</summary>
[Collection(Alone.Name)]
public sealed class ConvolutionTests
{
    private static readonly string[] s_kinds = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"];

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, Tensor>> s_secondOrder = new()
    {
        ["conv1d"] = static (x, w, b) => x.Conv1D(w, b, 2, 1),
        ["conv2d"] = static (x, w, b) => x.Conv2D(w, b, padding: 1),
        ["conv2d_groups"] = static (x, w, b) => x.Conv2D(w, b, 2, 1, (2, 1), 2),
        ["conv3d"] = static (x, w, b) => x.Conv3D(w, b, padding: 1),
        ["conv_transpose1d"] = static (x, w, b) => x.ConvTranspose1D(w, b, 2),
        ["conv_transpose2d"] = static (x, w, b) => x.ConvTranspose2D(w, b, 2, 1, 1),
        ["conv_transpose3d"] = static (x, w, b) => x.ConvTranspose3D(w, b, (2, 1, 2)),
    };

    public static IEnumerable<object[]> Names => Golden.Names("convolution", s_kinds);

    public static IEnumerable<object[]> SecondOrderNames => Golden.Names("convolution")
        .Where(static row => ((string)row[0]).Contains("_second_order", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void They_agree_with_PyTorch_on_every_device(string name)
    {
        GoldenCase golden = Golden.Load("convolution")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(
                static array => array.Name, array => array.Tensor(device).RequireGrad());
            Tensor output = Run(golden, inputs["input"], inputs["weight"], inputs.GetValueOrDefault("bias"));
            golden.Outputs["output"].Matches(output);
            output.Backward(golden.OutputGradients["output"].Tensor(device));
            foreach (GoldenArray gradient in golden.Gradients.All)
            {
                gradient.Matches(inputs[gradient.Name].Gradient!);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SecondOrderNames))]
    public void Gradients_of_their_gradients_are_those_of_PyTorch(string name) =>
        SecondOrderGoldens.Check("convolution", name, x => s_secondOrder[name.Split("_second")[0]](x["x"], x["weight"], x["bias"]).Tanh());

    // Every product of every case against sums written out, in blocks and bands of all sizes.
    [Theory]
    [InlineData("cpu", DType.Float32, 1, 160)]
    [InlineData("cpu", DType.Float64, 2, 160)]
    [InlineData("cpu", DType.Float16, 3, 60)]
    [InlineData("cpu", DType.BFloat16, 4, 60)]
    [InlineData("emulated", DType.Float32, 5, 6)]
    [InlineData("emulated", DType.Float64, 6, 6)]
    [InlineData("emulated", DType.Float16, 7, 4)]
    public void They_are_their_sums(string where, DType dtype, int seed, int count)
    {
        Random random = new(seed);
        bool small = where != "cpu";
        for (int i = 0; i < count; i++)
        {
            int axes = 1 + (i % 3);
            int longest = small ? 5 : axes == 1 ? 150 : axes == 2 ? 24 : 9;
            int channels = small ? 3 : random.Next(3) == 0 ? 40 : 7;
            ConvolutionCase sizes = new(
                random.Next(1, 6), random.Next(3) == 0 ? random.Next(1, 5) : 1, random.Next(1, channels), random.Next(1, channels),
                Some(1, longest), Some(1, 1 + random.Next(1, 5)), Some(1, random.Next(2, 4)), Some(0, random.Next(1, 5)), Some(1, random.Next(2, 4)));
            if (sizes.Exists)
            {
                sizes.Check(where == "cpu" ? Device.Cpu : TestDevice.Gpu, dtype, random);
            }

            int[] Some(int least, int below) => [.. Enumerable.Range(0, axes).Select(_ => random.Next(least, Math.Max(below, least + 1)))];
        }
    }

    [Fact]
    public void Large_ones_are_their_sums()
    {
        // Several slices of channels; bands of lines, of sheets, and of one long line; many images in a block.
        Random random = new(8);
        new ConvolutionCase(1, 1, 150, 13, [9, 11], [3, 3], [1, 1], [1, 1], [1, 1]).Check(Device.Cpu, DType.Float32, random);
        new ConvolutionCase(1, 1, 3, 5, [90, 70], [3, 3], [1, 1], [1, 1], [1, 1]).Check(Device.Cpu, DType.Float32, random);
        new ConvolutionCase(1, 1, 2, 3, [31, 13, 17], [3, 2, 3], [1, 1, 1], [1, 1, 1], [1, 2, 1]).Check(Device.Cpu, DType.Float32, random);
        new ConvolutionCase(1, 1, 2, 3, [9000], [5], [2], [3], [2]).Check(Device.Cpu, DType.Float64, random);
        new ConvolutionCase(70, 1, 3, 14, [5, 4], [3, 3], [2, 1], [1, 1], [1, 1]).Check(Device.Cpu, DType.Float32, random);
        new ConvolutionCase(3, 40, 1, 2, [17, 9], [3, 3], [2, 2], [1, 1], [1, 1]).Check(Device.Cpu, DType.Float32, random);
    }

    // 3 x 3 of stride 1 with many channels: tiles of 2 x 2 outputs, also cut at both ends, over several images and blocks, with any padding.
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Those_of_three_by_three_are_their_sums(DType dtype)
    {
        Random random = new(9);
        (int Images, int Groups, int Inputs, int Outputs, int Lines, int Length, int Padding)[] cases =
        [
            (1, 1, 32, 32, 24, 24, 1), (9, 1, 33, 45, 7, 7, 1), (40, 1, 32, 34, 3, 3, 1), (7, 2, 32, 35, 9, 13, 0), (2, 1, 40, 32, 5, 60, 2),
            (1, 1, 32, 32, 6, 90, 4), (1, 1, 600, 64, 7, 7, 1), (2, 1, 700, 3, 4, 5, 1), (5, 1, 32, 32, 8, 5, 3), (70, 1, 32, 32, 1, 2, 1), (1, 1, 32, 32, 80, 1, 1),
        ];
        foreach ((int images, int groups, int inputs, int outputs, int lines, int length, int padding) in cases)
        {
            new ConvolutionCase(images, groups, inputs, outputs, [lines, length], [3, 3], [1, 1], [padding, padding], [1, 1])
                .Check(Device.Cpu, dtype, random);
        }
    }

    [Theory]
    [InlineData("conv", 3)]
    [InlineData("groups", 3)]
    [InlineData("strided", 2)]
    [InlineData("edges", 2)]
    [InlineData("transposed", 3)]
    [InlineData("3d", 2)]
    public void Gradients_are_finite_differences(string which, int order)
    {
        (int[] x, int[] w, int[] b) = which switch
        {
            "groups" => (new[] { 2, 2, 3, 3 }, new[] { 2, 1, 2, 2 }, new[] { 2 }),
            "transposed" => ([1, 2, 2, 3], [2, 2, 2, 2], [2]),
            "3d" => ([1, 1, 2, 3, 2], [2, 1, 2, 1, 2], [2]),
            _ => ([1, 2, 4, 3], [2, 2, 2, 2], [2]),
        };
        foreach (Device device in which == "conv" ? (Device[])[Device.Cpu, TestDevice.Gpu] : [Device.Cpu])
        {
            GradCheck.Run(
                t => (which switch
                {
                    "groups" => t[0].Conv2D(t[1], t[2], padding: 1, groups: 2),
                    "strided" => t[0].Conv2D(t[1], t[2], (2, 1), (1, 0), (1, 2)),
                    "edges" => t[0].Conv2D(t[1], t[2], padding: 1, paddingMode: PaddingMode.Reflect),
                    "transposed" => t[0].ConvTranspose2D(t[1], t[2], (2, 1), (1, 0)),
                    "3d" => t[0].Conv3D(t[1], t[2], 1, (1, 0, 1)),
                    _ => t[0].Conv2D(t[1], t[2]),
                }).Tanh(),
                [OperatorGradients.Sample(x, 1).To(device), OperatorGradients.Sample(w, 2).To(device), OperatorGradients.Sample(b, 3).To(device)],
                order: device == Device.Cpu ? order : 1);
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Images_are_read_where_they_stand(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor memory = Tensor.Normal([3, 6, 5, 2], device: device).RequireGrad();
        Tensor weight = Tensor.Normal([4, 2, 3, 2], device: device).RequireGrad();

        // Channels last, as images are in files; a part of it; and one image for all of a batch.
        foreach (Func<Tensor, Tensor> view in (Func<Tensor, Tensor>[])
            [static x => x.Permute(0, 3, 1, 2), static x => x.Permute(0, 3, 1, 2)[1.., .., 1..5], static x => x.Permute(0, 3, 2, 1)[..1].Expand([2, 2, 5, 6])])
        {
            Tensor plain = view(memory.Detach()).Clone().RequireGrad();
            Tensor expected = plain.Conv2D(weight, padding: 1);
            Tensor? output = null;
            Assert.Equal(1, LaunchCount.Of(() => output = view(memory).Conv2D(weight, padding: 1), device));
            Assert.Equal(expected.ToArray<float>(), output!.ToArray<float>());
            Tensor filter = Tensor.Normal([2, 3, 2, 2], device: device);
            Assert.Equal(
                plain.Detach().ConvTranspose2D(filter, stride: 2).ToArray<float>(),
                view(memory).Detach().ConvTranspose2D(filter, stride: 2).ToArray<float>());

            // The gradient of a sum is one number, expanded.
            memory.ZeroGradient();
            output.Sum().Backward();
            Tensor grown = memory.Gradient!.Clone();
            memory.ZeroGradient();
            output = view(memory).Conv2D(weight, padding: 1);
            output.Backward(Tensor.Ones(output.Shape, device: device));
            Close(grown, memory.Gradient!);
        }
    }

    // Forward, two gradients, and the bias's sum: nothing is unfolded or copied.
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void A_step_is_four_launches(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Normal([2, 3, 6, 5], device: device);
        Parameter weight = new(Tensor.Normal([4, 3, 3, 3], device: device));
        Parameter bias = new(Tensor.Normal([4], device: device));
        Tensor image = x.RequireGrad();
        Tensor? y = null;
        long before = device.Statistics.LiveBytes;
        Assert.Equal(1, LaunchCount.Of(() => y = image.Conv2D(weight, bias, padding: 1), device));
        Assert.InRange(device.Statistics.LiveBytes - before, y!.Count * sizeof(float), 2 * y.Count * sizeof(float));
        Tensor gradient = Tensor.Normal(y.Shape, device: device);

        // The leaf takes its gradient over in one launch.
        Assert.Equal(4, LaunchCount.Of(() => y.Backward(gradient), device));
    }

    [Theory]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Mixed_precision_keeps_parameters_in_Float32(DType dtype)
    {
        using TensorScope scope = Tensor.Scope();
        Parameter weight = new(Tensor.Normal([4, 3, 3, 3], device: Device.Cpu));
        Parameter bias = new(Tensor.Normal([4], device: Device.Cpu));
        Tensor x = Tensor.Normal([2, 3, 6, 5], device: Device.Cpu);
        x.Conv2D(weight, bias, padding: 1).Square().Mean().Backward();
        Tensor expected = weight.Gradient!.Clone();
        Tensor expectedBias = bias.Gradient!.Clone();
        weight.ZeroGradient();
        bias.ZeroGradient();
        using (new MixedPrecision(dtype))
        {
            Tensor y = x.Conv2D(weight, bias, padding: 1);
            Assert.Equal(dtype, y.DType);
            y.To(DType.Float32).Square().Mean().Backward();
        }

        Assert.Equal(DType.Float32, weight.Gradient!.DType);
        Assert.True((weight.Gradient! - expected).Abs().Max().Item() < 0.03 * expected.Abs().Max().Item());
        Assert.True((bias.Gradient! - expectedBias).Abs().Max().Item() < 0.03 * expectedBias.Abs().Max().Item());
    }

    [Fact]
    public void An_empty_batch_is_empty_and_gives_zero_gradients()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Parameter weight = new(Tensor.Ones([4, 3, 3, 3], device: device));
            Tensor y = Tensor.Zeros([0, 3, 5, 5], device: device).Conv2D(weight);
            Assert.Equal(new Shape(0, 4, 3, 3), y.Shape);
            y.Sum().Backward();
            Assert.Equal(0, weight.Gradient!.Abs().Max().Item());
        }
    }

    internal static Tensor Run(GoldenCase golden, Tensor x, Tensor weight, Tensor? bias)
    {
        GoldenOptions options = golden.Options;
        int[] stride = options.Integers("stride", 1);
        int[] dilation = options.Integers("dilation", 1);
        int groups = options.Integer("groups", 1);
        if (golden.Kind.StartsWith("conv_transpose", StringComparison.Ordinal))
        {
            int[] cut = options.Integers("padding", 0);
            int[] more = options.Integers("output_padding", 0);
            return golden.Kind[^2] switch
            {
                '1' => x.ConvTranspose1D(weight, bias, stride, cut, more, groups, dilation),
                '2' => x.ConvTranspose2D(weight, bias, stride, cut, more, groups, dilation),
                _ => x.ConvTranspose3D(weight, bias, stride, cut, more, groups, dilation),
            };
        }

        ConvolutionPadding padding = Padding(options);
        PaddingMode mode = Enum.Parse<PaddingMode>(options.Text("padding_mode", "zeros"), ignoreCase: true);
        return golden.Kind[^2] switch
        {
            '1' => x.Conv1D(weight, bias, stride, padding, dilation, groups, mode),
            '2' => x.Conv2D(weight, bias, stride, padding, dilation, groups, mode),
            _ => x.Conv3D(weight, bias, stride, padding, dilation, groups, mode),
        };
    }

    internal static ConvolutionPadding Padding(GoldenOptions options) =>
        !options.IsText("padding") ? options.Integers("padding", 0)
        : options.Text("padding") == "same" ? ConvolutionPadding.Same : ConvolutionPadding.Valid;

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True((expected - actual).Abs().Max().Item() < 1e-5 * (1 + expected.Abs().Max().Item()));
}
