using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Convolutions as layers: PyTorch's, with its names of parameters; and the activations and normalisations behind them.</summary>
public class ConvolutionLayerTests
{
    public static IEnumerable<object[]> Names => Golden.Names(
        "convolution", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d");

    [Theory]
    [MemberData(nameof(Names))]
    public void They_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("convolution")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input"].Tensor().RequireGrad();
        ConvolutionLayer layer = Layer(golden, input.Shape[golden.Kind[^2] - '0' + 2 == input.Rank ? 1 : 0], input.DType);
        layer.LoadState(golden.Inputs.All.Where(static array => array.Name != "input").ToDictionary(static array => array.Name, static array => array.Tensor()));
        Tensor output = layer.Forward(input);
        golden.Outputs["output"].Matches(output);
        output.Backward(golden.OutputGradients["output"].Tensor());
        golden.Gradients["input"].Matches(input.Gradient!);
        golden.Gradients["weight"].Matches(layer.Weight.Gradient!);
        if (layer.Bias is not null)
        {
            golden.Gradients["bias"].Matches(layer.Bias!.Gradient!);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_activation_behind_it_runs_in_its_kernel(bool transposed)
    {
        using TensorScope scope = Tensor.Scope();
        ConvolutionLayer layer = transposed
            ? new ConvTranspose2D(3, 5, 3, 2, device: Device.Cpu) : new Conv2D(3, 5, 3, 2, 1, device: Device.Cpu);
        foreach (Module activation in (Module[])[new ReLU(), new Tanh(), new Sigmoid(), new GELU()])
        {
            Sequential fused = [layer, activation];
            Tensor x = Tensor.Normal([4, 3, 7, 6], device: Device.Cpu).RequireGrad();
            Tensor expected = activation.Forward(layer.Forward(x));
            Tensor weights = Tensor.Normal(expected.Shape, device: Device.Cpu);
            expected.Backward(weights);
            Tensor[] gradients = [x.Gradient!.Clone(), layer.Weight.Gradient!.Clone(), layer.Bias!.Gradient!.Clone()];
            Clear();
            Tensor y = fused.Forward(x);
            Assert.Equal(activation is GELU ? "GELU" : transposed ? "ConvTranspose2D" : "Conv2D", y.Origin);
            Close(expected, y);
            y.Backward(weights);
            Close(gradients[0], x.Gradient!);
            Close(gradients[1], layer.Weight.Gradient!);
            Close(gradients[2], layer.Bias!.Gradient!);
            Clear();
            using NoGrad noGrad = new();
            Assert.NotEqual("GELU", fused.Forward(x).Origin);

            void Clear()
            {
                x.ZeroGradient();
                layer.Weight.ZeroGradient();
                layer.Bias!.ZeroGradient();
            }
        }
    }

    [Fact]
    public void Fuse_folds_batch_norms_into_the_layers_before_them()
    {
        using TensorScope scope = Tensor.Scope();
        Device cpu = Device.Cpu;
        Sequential model =
        [
            new Conv2D(3, 6, 3, 2, 1, groups: 3, bias: false, paddingMode: PaddingMode.Replicate, device: cpu), new BatchNorm(6, device: cpu), new ReLU(),
            new Residual([new Conv2D(6, 6, 3, padding: 1, device: cpu), new BatchNorm(6, affine: false, device: cpu)], new Sequential(new Conv2D(6, 6, 1, device: cpu), new BatchNorm(6, device: cpu))),
            new ConvTranspose2D(6, 4, 3, 2, 1, 1, 2, dilation: 2, device: cpu), new BatchNorm(4, momentum: null, device: cpu), new Tanh(),
            new Flatten(), new Dense(4 * 10 * 10, 5, bias: false, device: cpu), new BatchNorm(5, device: cpu), new BatchNorm(5, device: cpu),
            new Dense(5, 3, device: cpu), new BatchNorm(3, trackRunningStatistics: false, device: cpu),
        ];
        for (int step = 0; step < 3; step++)
        {
            model.Forward(Tensor.Normal([8, 3, 7, 7], mean: 0.5, device: cpu));
        }

        foreach ((string name, Parameter value) in model.NamedParameters())
        {
            value.CopyFrom(value.Detach() + Tensor.Normal(value.Shape, 0, 0.1, device: cpu));
        }

        model.Eval();
        Tensor x = Tensor.Normal([5, 3, 7, 7], device: cpu);
        Tensor expected = model.Forward(x).Detach();
        float[] before = model[0].State()["weight"].ToArray<float>();
        Sequential fused = model.Fuse();
        Assert.Equal(
            ["Conv2D", "ReLU", "Residual", "ConvTranspose2D", "Tanh", "Flatten", "Dense", "BatchNorm", "Dense", "BatchNorm"],
            fused.Select(static module => module.GetType().Name));
        Assert.Single(Assert.IsType<Sequential>(((Residual)fused[2]).Body));
        Close(expected, fused.Forward(x));
        Assert.Equal(before, model[0].State()["weight"].ToArray<float>());
        Close(expected, model.Forward(x));
    }

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True((expected - actual).Abs().Max().Item() <= 1e-5 * (1 + expected.Abs().Max().Item()));

    private static ConvolutionLayer Layer(GoldenCase golden, int inputs, DType dtype)
    {
        GoldenOptions options = golden.Options;
        (int outputs, int[] kernel, int[] stride) = (options.Integer("outputs"), options.Integers("kernel", 1), options.Integers("stride", 1));
        (int[] dilation, int groups, bool bias) = (options.Integers("dilation", 1), options.Integer("groups", 1), options.Flag("bias", true));
        if (golden.Kind.Contains("transpose", StringComparison.Ordinal))
        {
            (int[] cut, int[] more) = (options.Integers("padding", 0), options.Integers("output_padding", 0));
            return golden.Kind[^2] switch
            {
                '1' => new ConvTranspose1D(inputs, outputs, kernel, stride, cut, more, groups, bias, dilation, dtype: dtype, device: Device.Cpu),
                '2' => new ConvTranspose2D(inputs, outputs, kernel, stride, cut, more, groups, bias, dilation, dtype: dtype, device: Device.Cpu),
                _ => new ConvTranspose3D(inputs, outputs, kernel, stride, cut, more, groups, bias, dilation, dtype: dtype, device: Device.Cpu),
            };
        }

        ConvolutionPadding padding = !options.IsText("padding") ? options.Integers("padding", 0)
            : options.Text("padding") == "same" ? ConvolutionPadding.Same : ConvolutionPadding.Valid;
        PaddingMode mode = Enum.Parse<PaddingMode>(options.Text("padding_mode", "zeros"), ignoreCase: true);
        return golden.Kind[^2] switch
        {
            '1' => new Conv1D(inputs, outputs, kernel, stride, padding, dilation, groups, bias, mode, dtype: dtype, device: Device.Cpu),
            '2' => new Conv2D(inputs, outputs, kernel, stride, padding, dilation, groups, bias, mode, dtype: dtype, device: Device.Cpu),
            _ => new Conv3D(inputs, outputs, kernel, stride, padding, dilation, groups, bias, mode, dtype: dtype, device: Device.Cpu),
        };
    }
}
