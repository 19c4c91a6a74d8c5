using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Layers for images, and modules of modules, against PyTorch and against the operators that they stand for.</summary>
public class ImageLayerTests
{
    public static IEnumerable<object[]> InstanceNormNames => Golden.Names("norms", "instance_norm");

    public static IEnumerable<object[]> BagNames => Golden.Names("modules", "embedding_bag");

    public static IEnumerable<object[]> BilinearNames => Golden.Names("modules", "bilinear");

    public static IEnumerable<object[]> WrappedNames => Golden.Names("modules", "weight_norm", "spectral_norm");

    public static IEnumerable<object[]> AlphaDropoutNames => Golden.Names("modules", "alpha_dropout");

    public static TheoryData<string> Names => [.. s_layers.Keys];

    private static readonly Dictionary<string, (Module Layer, int[] Shape, Func<Tensor, Tensor> Function)> s_layers = new()
    {
        ["LayerNorm([4, 3], not affine)"] = (new LayerNorm([4, 3], 1e-3, false), [2, 4, 3], static x => x.LayerNorm([4, 3], epsilon: 1e-3)),
        ["RMSNorm([4, 3], not affine)"] = (new RMSNorm([4, 3], 1e-3, false), [2, 4, 3], static x => x.RMSNorm([4, 3], epsilon: 1e-3)),
        ["GroupNorm(2, 4, not affine)"] = (new GroupNorm(2, 4, 1e-3, false), [2, 4, 3], static x => x.GroupNorm(2, epsilon: 1e-3)),
        ["InstanceNorm2D(4)"] = (new InstanceNorm2D(4, 1e-3), [4, 3, 2], static x => x.Unsqueeze(0).InstanceNorm(epsilon: 1e-3)[0]),
        ["LocalResponseNorm(3, alpha 0.1, beta 0.5, k 2)"] =
            (new LocalResponseNorm(3, 0.1, 0.5, 2), [2, 4, 3], static x => x.LocalResponseNorm(3, 0.1, 0.5, 2)),
        ["ZeroPad1D(2)"] = (new ZeroPad1D(2), [2, 4, 3], static x => x.Pad([2, 2])),
        ["ZeroPad2D([1, 2, 0, -1])"] = (new ZeroPad2D(1, 2, 0, -1), [1, 2, 4, 3], static x => x.Pad([1, 2, 0, -1])),
        ["ZeroPad3D(1)"] = (new ZeroPad3D(1), [1, 2, 4, 3], static x => x.Pad([1, 1, 1, 1, 1, 1])),
        ["ConstantPad1D(1, value 0.5)"] = (new ConstantPad1D([1], 0.5), [2, 4, 3], static x => x.Pad([1, 1], value: 0.5)),
        ["ConstantPad2D([1, 0, 2, 0], value -1)"] = (new ConstantPad2D([1, 0, 2, 0], -1), [2, 4, 3], static x => x.Pad([1, 0, 2, 0], value: -1)),
        ["ConstantPad3D(1, value 2)"] = (new ConstantPad3D([1], 2), [1, 2, 2, 4, 3], static x => x.Pad([1, 1, 1, 1, 1, 1], value: 2)),
        ["ReflectionPad1D(2)"] = (new ReflectionPad1D(2), [2, 4, 3], static x => x.Pad([2, 2], PaddingMode.Reflect)),
        ["ReflectionPad2D(1)"] = (new ReflectionPad2D(1), [2, 4, 3], static x => x.Pad([1, 1, 1, 1], PaddingMode.Reflect)),
        ["ReflectionPad3D(1)"] = (new ReflectionPad3D(1), [2, 4, 3, 2], static x => x.Pad([1, 1, 1, 1, 1, 1], PaddingMode.Reflect)),
        ["ReplicationPad1D([3, 0])"] = (new ReplicationPad1D(3, 0), [2, 4, 3], static x => x.Pad([3, 0], PaddingMode.Replicate)),
        ["ReplicationPad2D(2)"] = (new ReplicationPad2D(2), [2, 4, 3], static x => x.Pad([2, 2, 2, 2], PaddingMode.Replicate)),
        ["ReplicationPad3D(1)"] = (new ReplicationPad3D(1), [2, 4, 3, 2], static x => x.Pad([1, 1, 1, 1, 1, 1], PaddingMode.Replicate)),
        ["CircularPad1D(3)"] = (new CircularPad1D(3), [2, 4, 3], static x => x.Pad([3, 3], PaddingMode.Circular)),
        ["CircularPad2D(2)"] = (new CircularPad2D(2), [2, 4, 3], static x => x.Pad([2, 2, 2, 2], PaddingMode.Circular)),
        ["CircularPad3D(1)"] = (new CircularPad3D(1), [2, 4, 3, 2], static x => x.Pad([1, 1, 1, 1, 1, 1], PaddingMode.Circular)),
        ["Upsample(factor 2, Nearest)"] = (new Upsample(scaleFactor: [2]), [2, 4, 3], static x => x.Interpolate(scaleFactor: [2])),
        ["Upsample(size (5, 7), Linear, aligned corners)"] = (new Upsample((5, 7), mode: Interpolation.Linear, alignCorners: true), [1, 2, 4, 3],
            static x => x.Interpolate((5, 7), mode: Interpolation.Linear, alignCorners: true)),
        ["Unfold(2, dilation 1, padding 1, stride 2)"] = (new Unfold(2, padding: 1, stride: 2), [2, 4, 3], static x => x.Unfold(2, 1, 1, 2)),
        ["Fold((2, 4), 2, dilation 1, padding (0, 1), stride (1, 2))"] =
            (new Fold((2, 4), 2, 1, (0, 1), (1, 2)), [2, 4, 3], static x => x.Fold((2, 4), 2, 1, (0, 1), (1, 2))),
        ["PixelShuffle(2)"] = (new PixelShuffle(2), [2, 4, 3, 1], static x => x.PixelShuffle(2)),
        ["PixelUnshuffle(2)"] = (new PixelUnshuffle(2), [2, 4, 6], static x => x.PixelUnshuffle(2)),
        ["ChannelShuffle(2)"] = (new ChannelShuffle(2), [2, 4, 3], static x => x.ChannelShuffle(2)),
        ["Swap"] = (new Lambda(static x => x.Transpose(1, 2), "Swap"), [2, 4, 3], static x => x.Transpose(1, 2)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_is_its_operator_and_says_what_it_is(string name)
    {
        (Module layer, int[] shape, Func<Tensor, Tensor> function) = s_layers[name];
        Tensor x = Tensor.Normal(shape, 0, 1, DType.Float32, Device.Cpu, new Generator(1));
        Tensor expected = function(x);
        Tensor actual = layer.Forward(x);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.Equal(name, layer.ToString());
        Assert.Empty(layer.Parameters());
        Assert.NotEmpty(Assert.Throws<ArgumentNullException>(() => layer.Forward(null!)).ParamName!);
    }

    [Theory]
    [MemberData(nameof(InstanceNormNames))]
    public void InstanceNorm_agrees_with_PyTorch_in_training_and_evaluation(string name)
    {
        GoldenCase golden = Golden.Load("norms")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input"].Tensor().RequireGrad();
        Tensor second = golden.Inputs["second"].Tensor().RequireGrad();
        (double epsilon, double momentum) = (golden.Options.Number("eps"), golden.Options.Number("momentum"));
        (bool affine, bool tracks) = (golden.Options.Flag("affine"), golden.Options.Flag("track_running_stats"));
        InstanceNorm layer = input.Rank switch
        {
            3 => new InstanceNorm1D(input.Shape[1], epsilon, momentum, affine, tracks, input.DType, Device.Cpu),
            4 => new InstanceNorm2D(input.Shape[1], epsilon, momentum, affine, tracks, input.DType, Device.Cpu),
            _ => new InstanceNorm3D(input.Shape[1], epsilon, momentum, affine, tracks, input.DType, Device.Cpu),
        };
        Assert.Equal(tracks ? 3 : 0, layer.NamedBuffers().Count());
        if (affine)
        {
            layer.Weight!.CopyFrom(golden.Inputs["weight"].Tensor());
            layer.Bias!.CopyFrom(golden.Inputs["bias"].Tensor());
        }

        Dictionary<string, Tensor> outputs = new() { ["train"] = layer.Forward(input), ["train.2"] = layer.Forward(second) };
        layer.Eval();
        outputs["eval"] = layer.Forward(input);
        Compare(golden, outputs, layer, ("input", input), ("second", second));
        foreach (GoldenArray state in golden.State.All)
        {
            state.Matches(layer.State()[state.Name]);
        }
    }

    [Theory]
    [MemberData(nameof(BagNames))]
    public void EmbeddingBag_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("modules")[name];
        int? padding = golden.Options.IsNull("padding_idx") ? null : golden.Options.Integer("padding_idx");
        BagMode mode = Enum.Parse<BagMode>(golden.Options.Text("mode"), ignoreCase: true);
        GoldenTensors.Check(golden, inputs => inputs["weight"].EmbeddingBag(
            inputs["input"], inputs.GetValueOrDefault("offsets"), mode, inputs.GetValueOrDefault("weights"), golden.Options.Flag("include_last_offset"), padding));

        using TensorScope scope = Tensor.Scope();
        Tensor table = golden.Inputs["weight"].Tensor();
        EmbeddingBag layer = new(7, 3, mode, golden.Options.Flag("include_last_offset"), padding, dtype: table.DType, device: Device.Cpu);
        layer.LoadState(new Dictionary<string, Tensor>() { ["weight"] = table });
        golden.Outputs["output"].Matches(layer.Forward(golden.Inputs["input"].Tensor(), golden.Inputs.Optional("offsets"), golden.Inputs.Optional("weights")));
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            Tensor? offsets = golden.Inputs.Optional("offsets")?.To(device);
            Tensor? weights = golden.Inputs.Contains("weights") ? golden.Inputs["weights"].Tensor(device).To(DType.Float64) : null;
            GradCheck.Run(
                inputs => inputs[0].EmbeddingBag(golden.Inputs["input"].Tensor(device), offsets, mode, weights, layer.IncludesLastOffset, padding).Square(),
                [table.To(device).To(DType.Float64)], order: 2);
        }
    }

    [Theory]
    [MemberData(nameof(BilinearNames))]
    public void Bilinear_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("modules")[name];
        GoldenTensors.Check(golden, static inputs => inputs["input"].Bilinear(inputs["second"], inputs["weight"], inputs.GetValueOrDefault("bias")));
        using TensorScope scope = Tensor.Scope();
        Tensor weight = golden.Inputs["weight"].Tensor();
        Bilinear layer = new(weight.Shape[1], weight.Shape[2], weight.Shape[0], golden.Inputs.Contains("bias"), dtype: weight.DType, device: Device.Cpu);
        layer.LoadState(golden.Inputs.All.Where(static array => array.Name is "weight" or "bias").ToDictionary(static array => array.Name, static array => array.Tensor()));
        golden.Outputs["output"].Matches(layer.Forward(golden.Inputs["input"].Tensor(), golden.Inputs["second"].Tensor()));
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            GradCheck.Run(
                static inputs => inputs[0].Bilinear(inputs[1], inputs[2]).Square(),
                [.. ((string[])["input", "second", "weight"]).Select(input => golden.Inputs[input].Tensor(device).To(DType.Float64))], order: 2);
        }
    }

    [Theory]
    [MemberData(nameof(WrappedNames))]
    public void Computed_weights_take_PyTorchs_state_by_name_and_agree(string name)
    {
        GoldenCase golden = Golden.Load("modules")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input"].Tensor().RequireGrad();
        Module inner = golden.Options.Text("layer") switch
        {
            "linear" => new Dense(4, 3, dtype: input.DType, device: Device.Cpu),
            "conv2d" => new Conv2D(2, 3, (2, 3), padding: 1, dtype: input.DType, device: Device.Cpu),
            _ => new ConvTranspose1D(3, 2, 3, bias: false, dtype: input.DType, device: Device.Cpu),
        };
        Module layer = golden.Kind == "weight_norm"
            ? new WeightNorm(inner, golden.Options.IsNull("axis") ? null : golden.Options.Integer("axis"))
            : new SpectralNorm(inner, golden.Options.Integer("steps"));

        // At the start the weight is the layer's, or that over its largest singular value.
        Tensor own = inner.Forward(input);
        if (golden.Kind == "weight_norm")
        {
            Assert.All(own.To(DType.Float64).ToArray<double>().Zip(layer.Forward(input).To(DType.Float64).ToArray<double>()), static pair =>
                Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        layer.LoadState(golden.Inputs.All.Where(static array => array.Name != "input").ToDictionary(static array => array.Name, static array => array.Tensor()));
        Dictionary<string, Tensor> outputs = new() { ["train"] = new Sequential(layer, new ReLU()).Forward(input) };
        Assert.All(outputs["train"].To(DType.Float64).ToArray<double>(), static value => Assert.True(value >= 0));
        layer.LoadState(golden.Inputs.All.Where(static array => array.Name != "input").ToDictionary(static array => array.Name, static array => array.Tensor()));
        outputs["train"] = layer.Forward(input);
        layer.Eval();
        outputs["eval"] = layer.Forward(input);
        Compare(golden, outputs, layer, ("input", input));
        foreach (GoldenArray state in golden.State.All)
        {
            state.Matches(layer.State()[state.Name]);
        }
    }

    [Theory]
    [MemberData(nameof(AlphaDropoutNames))]
    public void AlphaDropout_makes_of_zeros_and_ones_what_PyTorch_makes(string name)
    {
        GoldenCase golden = Golden.Load("modules")[name];
        AlphaDropout layer = new(golden.Options.Number("p"), new Generator(4));
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        foreach ((string what, double value) in (ReadOnlySpan<(string, double)>)[("zeros", 0), ("ones", 1)])
        {
            Tensor y = layer.Forward(Tensor.Full([500], value, dtype, Device.Cpu));
            double[] found = [.. y.To(DType.Float64).ToArray<double>().Distinct().Order()];
            Assert.Equal(2, found.Length);
            golden.Outputs[what].Matches(Tensor.From(found, Device.Cpu).To(dtype));
        }

        // Of a standard normal input, mean and variance stay.
        Tensor normal = Tensor.Normal([200_000], 0, 1, DType.Float64, Device.Cpu, new Generator(2));
        Tensor dropped = layer.Forward(normal);
        Assert.Equal(0, dropped.Mean().Item(), 0.015);
        Assert.Equal(1, dropped.Variance().Item(), 0.03);
        layer.Eval();
        Assert.Same(normal, layer.Forward(normal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Dropout_over_channels_drops_whole_ones(int axes)
    {
        ImageDropout layer = axes == 1 ? new Dropout1D(0.4, new Generator(6)) : axes == 2 ? new Dropout2D(0.4, new Generator(6)) : new Dropout3D(0.4, new Generator(6));
        Assert.Equal($"Dropout{axes}D(0.4)", layer.ToString());
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            int[] image = [.. Enumerable.Range(2, axes)];
            int size = image.Aggregate(1, static (product, length) => product * length);
            Tensor x = Tensor.Full([20, 30, .. image], 3, DType.Float64, device).RequireGrad();
            Tensor y = layer.Forward(x);
            double[] values = y.ToArray<double>();
            foreach (double[] plane in values.Chunk(size))
            {
                Assert.All(plane, value => Assert.Equal(plane[0], value));
                Assert.True(plane[0] == 0 || Math.Abs(plane[0] - 5) < 1e-9);
            }

            // Five standard deviations of a binomial count.
            Assert.InRange(values.Chunk(size).Count(static plane => plane[0] == 0), 240 - 60, 240 + 60);
            y.Sum().Backward();
            Assert.All(values.Zip(x.Gradient!.ToArray<double>()), static pair => Assert.Equal(pair.First / 3, pair.Second, 1e-9));
        }

        Tensor single = Tensor.Ones([4, .. Enumerable.Repeat(2, axes)], device: Device.Cpu);
        Assert.Equal(single.Shape, layer.Forward(single).Shape);
        layer.Eval();
        Assert.Same(single, layer.Forward(single));
    }

    [Fact]
    public void Branches_are_added_up_or_joined()
    {
        Dense first = new(3, 2, device: Device.Cpu);
        Dense second = new(3, 2, device: Device.Cpu);
        Tensor x = Tensor.Normal([4, 3], 0, 1, DType.Float32, Device.Cpu, new Generator(1));
        Tensor z = x * 2;
        Assert.Equal((first.Forward(x) + second.Forward(x)).ToArray<float>(), new Branches(first, second).Forward(x).ToArray<float>());
        Assert.Equal((first.Forward(x) + second.Forward(z)).ToArray<float>(), new Branches(first, second).Forward(x, z).ToArray<float>());
        Assert.Equal((first.Forward(x) * second.Forward(x)).ToArray<float>(), new Branches(static y => y[0] * y[1], first, second).Forward(x).ToArray<float>());
        Concat both = new(1, first, second);
        Assert.Equal(Tensor.Concatenate([first.Forward(x), second.Forward(x)], 1).ToArray<float>(), both.Forward(x).ToArray<float>());
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias"], both.NamedParameters().Select(static named => named.Name));
        Assert.Contains("[4, 4]", both.Summary([4, 3]), StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_of_a_chain_take_their_batch_norms_in()
    {
        Sequential model = new(("stem", new Concat(1, new Sequential(new Conv2D(2, 3, 1, device: Device.Cpu), new BatchNorm(3, device: Device.Cpu)), new Lambda(static x => x))),
            ("head", new Conv2D(5, 2, 1, device: Device.Cpu)), ("norm", new BatchNorm(2, device: Device.Cpu)));
        Tensor x = Tensor.Normal([4, 2, 3, 3], 0, 1, DType.Float32, Device.Cpu, new Generator(1));
        model.Forward(x);
        model.Eval();
        Sequential fused = model.Fuse();
        Assert.Equal(["stem", "head"], fused.Children.Select(static child => child.Name));
        Assert.All(model.Forward(x).ToArray<float>().Zip(fused.Forward(x).ToArray<float>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.DoesNotContain("BatchNorm", fused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_names_its_modules_as_it_is_told()
    {
        Sequential model = new(("hidden", new Dense(3, 4, device: Device.Cpu)), ("relu", new ReLU()), ("head", new Dense(4, 2, device: Device.Cpu)));
        Assert.Equal(["hidden.weight", "hidden.bias", "head.weight", "head.bias"], model.NamedParameters().Select(static named => named.Name));
        Assert.Same(model[2], model["head"]);
        Assert.Contains("hidden, relu, head", Assert.Throws<ArgumentException>(() => model["tail"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Sequential(("a", new ReLU()), ("a", new ReLU())));
    }

    [Theory]
    [InlineData("GroupNorm: 3 groups do not divide 4 channels")]
    [InlineData("GroupNorm(2, 4): an input [2, 3, 3]. Its second axis must be 4 long.")]
    [InlineData("InstanceNorm2D(4): an input [2, 4]. Use [N, 4, H, W] or [4, H, W].")]
    [InlineData("LayerNorm([4, 3]): an input [2, 3, 3]. Its last 2 axes must be [4, 3] long.")]
    [InlineData("ZeroPad2D: 3 numbers [1, 2, 3]. Use one for all sides, or 4")]
    [InlineData("ReflectionPad3D(1): an input [2, 3, 3]. Use an image of 3 axes behind the channels")]
    [InlineData("Upsample: neither size nor scaleFactor given")]
    [InlineData("Upsample: a factor must be positive and finite, not -1.")]
    [InlineData("Dropout2D: the probability must be in [0, 1), not 1.")]
    [InlineData("Dropout3D(0.5): an input [2, 3, 3]. Use [N, C, D, H, W] or [C, D, H, W].")]
    [InlineData("Branches: there is no module")]
    [InlineData("Branches: 3 inputs for 2 branches")]
    [InlineData("Branches: the branches put out [2, 3, 2] and [2, 3, 3]")]
    [InlineData("Bilinear: inputs [2, 3] and [2, 4], a weight [5, 3, 3] and a bias [5]")]
    [InlineData("EmbeddingBag: indices [3], offsets none and weights none. Use indices [bags, length]")]
    [InlineData("EmbeddingBag: offsets [2] of Int64 for 3 indices. Use Int32 or Int64 numbers that ascend from 0 to at most 3")]
    [InlineData("EmbeddingBag: weights go with Sum, not with Mean")]
    [InlineData("WeightNorm: a ReLU has no weight to compute")]
    [InlineData("SpectralNorm: powerIterations must be at least 1, and is 0.")]
    public void What_does_not_fit_is_refused(string message)
    {
        Tensor x = Tensor.Ones([2, 3, 3], device: Device.Cpu);
        Dense dense = new(3, 2, device: Device.Cpu);
        EmbeddingBag bag = new(5, 2, device: Device.Cpu);
        Tensor indices = Tensor.From([0L, 1, 2], Device.Cpu);
        Dictionary<string, Func<object>> calls = new()
        {
            ["3 groups"] = () => new GroupNorm(3, 4, device: Device.Cpu),
            ["GroupNorm(2"] = () => new GroupNorm(2, 4, device: Device.Cpu).Forward(x),
            ["InstanceNorm2D"] = () => new InstanceNorm2D(4).Forward(Tensor.Ones([2, 4], device: Device.Cpu)),
            ["LayerNorm("] = () => new LayerNorm([4, 3], device: Device.Cpu).Forward(x),
            ["ZeroPad2D"] = () => new ZeroPad2D(1, 2, 3),
            ["ReflectionPad3D"] = () => new ReflectionPad3D(1).Forward(x),
            ["neither"] = () => new Upsample(),
            ["positive"] = () => new Upsample(scaleFactor: [-1]),
            ["Dropout2D"] = () => new Dropout2D(1),
            ["Dropout3D"] = () => new Dropout3D().Forward(x),
            ["no module"] = () => new Branches(),
            ["3 inputs"] = () => new Branches(dense, dense).Forward(x, x, x),
            ["put out"] = () => new Branches(dense, new ReLU()).Forward(x),
            ["Bilinear"] = () => new Bilinear(3, 3, 5, device: Device.Cpu).Forward(x[.., 0], Tensor.Ones([2, 4], device: Device.Cpu)),
            ["indices [3]"] = () => bag.Forward(indices),
            ["offsets [2]"] = () => bag.Forward(indices, Tensor.From([0L, 4], Device.Cpu)),
            ["weights go"] = () => bag.Forward(indices, Tensor.From([0L], Device.Cpu), Tensor.Ones(3, device: Device.Cpu)),
            ["ReLU has"] = () => new WeightNorm(new ReLU()),
            ["powerIterations"] = () => new SpectralNorm(dense, 0),
        };
        Func<object> call = calls.First(pair => message.Contains(pair.Key, StringComparison.Ordinal)).Value;
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_of_several_inputs_says_so_where_one_is_given()
    {
        Bilinear layer = new(3, 3, 5, device: Device.Cpu);
        string message = Assert.Throws<NotSupportedException>(() => layer.Forward(Tensor.Ones([2, 3], device: Device.Cpu))).Message;
        Assert.Contains("Bilinear: has no Forward of one tensor", message, StringComparison.Ordinal);
    }

    private static void Compare(GoldenCase golden, Dictionary<string, Tensor> outputs, Module layer, params (string Name, Tensor Value)[] inputs)
    {
        Tensor? sum = null;
        foreach ((string name, Tensor output) in outputs)
        {
            golden.Outputs[name].Matches(output, 2);
            Tensor part = (output * golden.OutputGradients[name].Tensor()).Sum();
            sum = sum is null ? part : sum + part;
        }

        sum!.Backward();
        Dictionary<string, Tensor> values = inputs.Concat(layer.NamedParameters().Select(static named => (named.Name, (Tensor)named.Value)))
            .ToDictionary(static named => named.Name, static named => named.Item2);
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches(values[gradient.Name].Gradient!, 4);
        }
    }
}
