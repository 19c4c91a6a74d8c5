using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Normalisation of channels, padding, interpolation and patches: values and gradients as PyTorch has them, and derivatives of
/// derivatives.</summary>
public class ImageOperatorTests
{
    private static readonly string[] s_families = ["norms", "padding", "upsampling", "patches"];

    public static TheoryData<string, string, bool> Names
    {
        get
        {
            TheoryData<string, string, bool> names = [];
            foreach (string family in s_families)
            {
                foreach (GoldenCase golden in Golden.Load(family).Cases.Where(static golden => golden.Kind != "instance_norm"))
                {
                    names.Add(family, golden.Name, false);
                    names.Add(family, golden.Name, true);
                }
            }

            return names;
        }
    }

    public static TheoryData<string> Functions => [.. s_functions.Keys];

    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_functions = new()
    {
        ["LayerNorm"] = static x => x.LayerNorm([4, 3], Weights(x, 4, 3), Weights(x, 4, 3)),
        ["RMSNorm"] = static x => x.RMSNorm([4, 3], Weights(x, 4, 3)),
        ["GroupNorm"] = static x => x.GroupNorm(2, Weights(x, 4), Weights(x, 4)),
        ["InstanceNorm"] = static x => x.InstanceNorm(Weights(x, 4), Weights(x, 4)),
        ["LocalResponseNorm"] = static x => x.LocalResponseNorm(2, 0.3),
        ["Pad"] = static x => x.Pad([1, -1, 0, 2], value: 0.5),
        ["Pad, Reflect"] = static x => x.Pad([2, 1, 3, 0], PaddingMode.Reflect),
        ["Pad, Replicate"] = static x => x.Pad([2, 1, 0, 1, 1, 1], PaddingMode.Replicate),
        ["Pad, Circular"] = static x => x.Pad([2, -1], PaddingMode.Circular),
        ["Interpolate, Nearest"] = static x => x.Interpolate(5),
        ["Interpolate, Linear"] = static x => x.Unsqueeze(1).Interpolate(scaleFactor: [2, 0.5], mode: Interpolation.Linear),
        ["Interpolate, Cubic"] = static x => x.Unsqueeze(0).Interpolate((3, 5), mode: Interpolation.Cubic, alignCorners: true),
        ["Unfold"] = static x => x.Unfold((2, 3), (1, 1), (1, 0), 2),
        ["Fold"] = static x => x.Reshape([2, 4, 3]).Fold((2, 4), (2, 2), padding: (0, 1), stride: (1, 2)),
        ["PixelShuffle"] = static x => x.Unsqueeze(-1).PixelShuffle(2),
        ["PixelUnshuffle"] = static x => x.Reshape([2, 2, 6]).PixelUnshuffle(2),
        ["ChannelShuffle"] = static x => x.ChannelShuffle(2),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_are_those_of_PyTorch(string family, string name, bool onGpu)
    {
        GoldenCase golden = Golden.Load(family)[name];
        using TensorScope scope = Tensor.Scope();
        Device device = onGpu ? TestDevice.Gpu : Device.Cpu;
        Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(static array => array.Name, array => array.Tensor(device));
        foreach (Tensor input in inputs.Values)
        {
            input.RequireGrad();
        }

        Tensor y = Run(golden, inputs["input"], inputs.GetValueOrDefault("weight"), inputs.GetValueOrDefault("bias"));
        golden.Outputs["output"].Matches(y, Looser(golden));
        y.Backward(golden.OutputGradients["output"].Tensor(device));
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches(inputs[gradient.Name].Gradient!, Looser(golden));
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Gradients_of_gradients_agree_with_differences(string name)
    {
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Normal([2, 4, 3], 0, 1, DType.Float64, device, new Generator(5));
            GradCheck.Run(inputs => s_functions[name](inputs[0]).Square(), [x], order: 2);
            Tensor half = x.To(DType.Float16);
            if (name is not ("LayerNorm" or "RMSNorm" or "GroupNorm" or "InstanceNorm"))
            {
                Tensor expected = s_functions[name](half.To(DType.Float32)).To(DType.Float16);
                Tensor actual = s_functions[name](half);
                Assert.Equal(DType.Float16, actual.DType);
                Assert.Equal(expected.To(DType.Float32).ToArray<float>(), actual.To(DType.Float32).ToArray<float>());
            }
        }
    }

    [Fact]
    public void Whole_numbers_and_masks_are_padded()
    {
        Tensor x = Tensor.From([1, 2, 3], Device.Cpu);
        Assert.Equal([7, 1, 2, 3, 7, 7], x.Pad([1, 2], value: 7).ToArray<int>());
        Assert.Equal([3, 2, 1, 2, 3, 2], x.Pad([2, 1], PaddingMode.Reflect).ToArray<int>());
        Assert.Equal([1, 1, 2, 3, 3], x.Pad([1, 1], PaddingMode.Replicate).ToArray<int>());
        Assert.Equal([2, 3, 1, 2, 3], x.Pad([2, 0], PaddingMode.Circular).ToArray<int>());
        Assert.Equal([true, true, false], Tensor.From([true, false], Device.Cpu).Pad([1, 0], value: 1).ToArray<bool>());
    }

    [Fact]
    public void Infinities_stay_where_they_are()
    {
        // Nothing is multiplied by a weight of zero: a neighbour that does not count makes no NaN.
        Tensor x = Tensor.From([float.PositiveInfinity, 1, float.NegativeInfinity, 2], [1, 1, 4], Device.Cpu);
        float[] values = x.Interpolate(7, mode: Interpolation.Linear, alignCorners: true).ToArray<float>();
        Assert.Equal([float.PositiveInfinity, float.PositiveInfinity, 1, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, 2], values);
        Assert.Equal(0, x.Pad([1, 0]).ToArray<float>()[0]);
    }

    [Fact]
    public void Rows_longer_than_the_stack_and_nothing_at_all()
    {
        Tensor x = Tensor.Normal([1, 2, 3, 5000], 0, 1, DType.Float64, Device.Cpu, new Generator(3));
        double[] values = x.ToArray<double>();
        double[] larger = x.Interpolate((6, 10000), mode: Interpolation.Linear).ToArray<double>();
        for (int i = 0; i < larger.Length; i += 101)
        {
            (int plane, int row, int column) = (i / 60000, i / 10000 % 6, i % 10000);
            double expected = 0;
            foreach ((int a, double wa) in Line(row, 3))
            {
                foreach ((int b, double wb) in Line(column, 5000))
                {
                    expected += wa * wb * values[(plane * 15000) + (a * 5000) + b];
                }
            }

            Assert.Equal(expected, larger[i], 1e-12);
        }

        Assert.Equal(new Shape(0, 2, 6), Tensor.Zeros([0, 2, 3], device: Device.Cpu).Interpolate(6).Shape);
        Assert.Equal(new Shape(0, 2, 5), Tensor.Zeros([0, 2, 3], device: Device.Cpu).Pad([1, 1], PaddingMode.Reflect).Shape);
        Assert.Equal(new Shape(0, 4), Tensor.Zeros([0, 4], device: Device.Cpu).GroupNorm(2).Shape);

        // Twice as many: a quarter and three quarters of two neighbours.
        static (int At, double Weight)[] Line(int i, int length) =>
            i == 0 ? [(0, 1)]
            : (i & 1) == 0 ? [((i / 2) - 1, 0.25), (i / 2, 0.75)]
            : [(i / 2, 0.75), (Math.Min((i / 2) + 1, length - 1), 0.25)];
    }

    [Theory]
    [InlineData("GroupNorm: 3 groups do not divide the 4 channels of an input [2, 4, 3]")]
    [InlineData("GroupNorm: weight [3] does not fit an input [2, 4, 3]; use [4]")]
    [InlineData("InstanceNorm: an input [2, 4]. Use [N, C, L, …].")]
    [InlineData("InstanceNorm: an input [2, 4, 1] has 1 value")]
    [InlineData("LayerNorm: an input [2, 4, 3] does not end in [4, 2]")]
    [InlineData("LayerNorm: bias [3] does not fit an input [2, 4, 3] normalised over [4, 3]")]
    [InlineData("LocalResponseNorm: size must be at least 1, and is 0.")]
    [InlineData("Pad: 3 numbers [1, 2, 3] for a tensor [2, 4, 3] by Zeros. Use two for each of the last axes")]
    [InlineData("Pad: Reflect padding of 3 needs more than axis 2 of [2, 4, 3] has; at most 2.")]
    [InlineData("Pad: axis 2 of [2, 4, 3] cannot have -2 elements more before and -2 behind.")]
    [InlineData("Pad: a value of 2 goes with Zeros, not with Circular.")]
    [InlineData("Interpolate: neither size nor scaleFactor given.")]
    [InlineData("Interpolate: both size and scaleFactor given.")]
    [InlineData("Interpolate: Nearest has no corners to align.")]
    [InlineData("Interpolate: 2 factors for an input [2, 4, 3].")]
    [InlineData("Interpolate: a factor of 0.1 makes 0 of axis 2 of [2, 4, 3].")]
    [InlineData("Interpolate: an input [4, 3]. Use [N, C, L]")]
    [InlineData("Unfold: a kernel of 5 with a dilation of 1 is longer than an image of 4 by 3")]
    [InlineData("Fold: an input [2, 4, 3] for an image of 5 by 5. Use [N, C · 4, 16]")]
    [InlineData("PixelShuffle: an input [2, 4, 3] and a factor of 2. Use […, C · 4, H, W].")]
    [InlineData("PixelUnshuffle: an input [2, 4, 3] and a factor of 2.")]
    [InlineData("ChannelShuffle: an input [2, 4, 3] and 3 groups.")]
    public void What_does_not_fit_is_refused(string message)
    {
        Tensor x = Tensor.Ones([2, 4, 3], device: Device.Cpu);
        Dictionary<string, Func<Tensor>> calls = new()
        {
            ["3 groups do not"] = () => x.GroupNorm(3),
            ["GroupNorm: weight"] = () => x.GroupNorm(2, Tensor.Ones(3, device: Device.Cpu)),
            ["InstanceNorm: an input [2, 4]."] = () => x[.., .., 0].InstanceNorm(),
            ["has 1 value"] = () => x[.., .., ..1].InstanceNorm(),
            ["not end in"] = () => x.LayerNorm([4, 2]),
            ["LayerNorm: bias"] = () => x.LayerNorm([4, 3], null, Tensor.Ones(3, device: Device.Cpu)),
            ["size must"] = () => x.LocalResponseNorm(0),
            ["3 numbers"] = () => x.Pad([1, 2, 3]),
            ["Reflect padding"] = () => x.Pad([3, 0], PaddingMode.Reflect),
            ["cannot have"] = () => x.Pad([-2, -2]),
            ["a value of"] = () => x.Pad([1, 1], PaddingMode.Circular, 2),
            ["neither"] = () => x.Interpolate(),
            ["both"] = () => x.Interpolate(3, [2]),
            ["no corners"] = () => x.Interpolate(3, alignCorners: true),
            ["2 factors"] = () => x.Interpolate(scaleFactor: [2, 3]),
            ["0.1"] = () => x.Interpolate(scaleFactor: [0.1]),
            ["Interpolate: an input"] = () => x[0].Interpolate(3),
            ["Unfold"] = () => x.Unfold(5),
            ["Fold: an"] = () => x.Fold(5, 2),
            ["PixelShuffle"] = () => x.PixelShuffle(2),
            ["PixelUnshuffle"] = () => x.PixelUnshuffle(2),
            ["ChannelShuffle"] = () => x.ChannelShuffle(3),
        };
        Func<Tensor> call = calls.First(pair => message.Contains(pair.Key, StringComparison.Ordinal)).Value;
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static Tensor Run(GoldenCase golden, Tensor x, Tensor? weight, Tensor? bias)
    {
        GoldenOptions options = golden.Options;
        switch (golden.Kind)
        {
            case "layer_norm":
                return x.LayerNorm(new Shape(options.Integers("normalized_shape")), weight, bias, options.Number("eps"));
            case "rms_norm":
                return x.RMSNorm(new Shape(options.Integers("normalized_shape")), weight, options.Number("eps"));
            case "group_norm":
                return x.GroupNorm(options.Integer("groups"), weight, bias, options.Number("eps"));
            case "local_response_norm":
                return x.LocalResponseNorm(options.Integer("size"), options.Number("alpha"), options.Number("beta"), options.Number("k"));
            case "constant":
                return x.Pad(options.Integers("padding"), value: options.Number("value"));
            case "reflect" or "replicate" or "circular":
                return x.Pad(options.Integers("padding"), Enum.Parse<PaddingMode>(golden.Kind, ignoreCase: true));
            case "unfold":
                return x.Unfold(Numbers("kernel_size"), Numbers("dilation"), Numbers("padding"), Numbers("stride"));
            case "fold":
                return x.Fold(Numbers("output_size"), Numbers("kernel_size"), Numbers("dilation"), Numbers("padding"), Numbers("stride"));
            case "pixel_shuffle":
                return x.PixelShuffle(options.Integer("factor"));
            case "pixel_unshuffle":
                return x.PixelUnshuffle(options.Integer("factor"));
            case "channel_shuffle":
                return x.ChannelShuffle(options.Integer("groups"));
            default:
                Interpolation mode = golden.Kind switch
                {
                    "nearest" => Interpolation.Nearest,
                    "nearest-exact" => Interpolation.NearestExact,
                    "bicubic" => Interpolation.Cubic,
                    _ => Interpolation.Linear,
                };
                return x.Interpolate(
                    options.IsNull("size") ? (PerAxis?)null : Numbers("size"), options.IsNull("scale_factor") ? null : options.Numbers("scale_factor"), mode,
                    options.Flag("align_corners"));
        }

        PerAxis Numbers(string option) => options.Integers(option);
    }

    // Of few elements, variances near zero lose digits in Float32; a factor such as 1.7 has no exact place in it.
    private static double Looser(GoldenCase golden) => golden.Kind is "group_norm" or "layer_norm" ? 4 : 1;

    private static Tensor Weights(Tensor like, params int[] shape) =>
        Tensor.Uniform(shape, 0.5, 1.5, DType.Float64, like.Device, new Generator(7));
}
