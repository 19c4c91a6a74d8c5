using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Activations against PyTorch.</summary>
public class ActivationGoldens
{
    public static IEnumerable<object[]> Names => Golden.Names(
        "activations", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softmax", "log_softmax");

    public static IEnumerable<object[]> SoftplusNames => Golden.Names("activations", "softplus")
        .Where(static row => Golden.Load("activations")[(string)row[0]].Options.Number("beta") == 1);

    [Theory]
    [MemberData(nameof(Names))]
    public void Activations_and_their_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("activations")[name];
        GoldenTensors.Check(golden, inputs => Make(golden).Forward(inputs["input"]));
    }

    [Theory]
    [MemberData(nameof(SoftplusNames))]
    public void Softplus_agrees_with_PyTorch_which_turns_linear_above_its_threshold(string name)
    {
        GoldenCase golden = Golden.Load("activations")[name];

        // Above a threshold of 20 the two differ by e^-20 = 2e-9, which only Float64 sees; a lower threshold is another function.
        Assert.Equal(20, golden.Options.Number("threshold"));
        GoldenTensors.Check(golden, inputs => new Softplus().Forward(inputs["input"]), looser: golden.DType == "float64" ? 100 : 1);
    }

    public static IEnumerable<object[]> FurtherNames => Golden.Names(
        "functions", "selu", "celu", "mish", "hardswish", "hardsigmoid", "hardtanh", "relu6", "hardshrink", "softshrink", "tanhshrink", "threshold",
        "logsigmoid", "softsign", "softplus", "prelu", "glu", "swiglu", "softmin");

    [Theory]
    [MemberData(nameof(FurtherNames))]
    public void Further_layers_agree_with_PyTorch_alone_and_behind_a_dense_layer(string name)
    {
        GoldenCase golden = Golden.Load("functions")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor x = golden.Inputs["input"].Tensor();
        Module layer = Further(golden);
        double looser = golden.Kind == "hardsigmoid" && golden.DType == "float64" ? 1e4 : 1;
        golden.Outputs["output"].Matches(layer.Forward(x), looser);
        if (x.Rank == 2 && golden.Kind is not ("glu" or "swiglu" or "softmin"))
        {
            // A dense layer that changes nothing applies the activation in its kernel.
            int features = x.Shape[1];
            Dense dense = new(features, features, bias: false, dtype: x.DType, device: Device.Cpu);
            dense.Weight.CopyFrom(Tensor.Eye(features, x.DType, Device.Cpu));
            golden.Outputs["output"].Matches(new Sequential(dense, layer).Forward(x), looser);
        }
    }

    [Fact]
    public void Layers_say_what_they_are_and_refuse_what_is_no_function()
    {
        Assert.Equal("CELU(0.5)", new CELU(0.5).ToString());
        Assert.Equal("Hardtanh(-1, 2.5)", new Hardtanh(-1, 2.5).ToString());
        Assert.Equal("Softplus", new Softplus().ToString());
        Assert.Equal("Softplus(2, 20)", new Softplus(2, 20).ToString());
        Assert.Equal("PReLU(3)", new PReLU(3, device: Device.Cpu).ToString());
        Assert.Equal([0.25f, 0.25f], new PReLU(2, device: Device.Cpu).State()["weight"].ToArray<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CELU(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hardtanh(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Softshrink(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hardshrink(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PReLU(0, device: Device.Cpu));
    }

    private static Module Further(GoldenCase golden)
    {
        GoldenOptions options = golden.Options;
        switch (golden.Kind)
        {
            case "prelu":
                PReLU layer = new(golden.Inputs["weight"].Shape[0], dtype: golden.Inputs["weight"].Tensor().DType, device: Device.Cpu);
                layer.Weight.CopyFrom(golden.Inputs["weight"].Tensor());
                return layer;
            case "glu":
                return new GLU(options.Integer("dim"));
            case "swiglu":
                return new SwiGLU(options.Integer("dim"));
            case "softmin":
                return new Softmin(options.Integer("dim"));
            case "celu":
                return new CELU(options.Number("alpha"));
            case "hardtanh":
                return new Hardtanh(options.Number("min_val"), options.Number("max_val"));
            case "hardshrink":
                return new Hardshrink(options.Number("lambd"));
            case "softshrink":
                return new Softshrink(options.Number("lambd"));
            case "threshold":
                return new Threshold(options.Number("threshold"), options.Number("value"));
            case "softplus":
                return new Softplus(options.Number("beta"), options.Number("threshold"));
            default:
                return golden.Kind switch
                {
                    "selu" => new SELU(),
                    "mish" => new Mish(),
                    "hardswish" => new Hardswish(),
                    "hardsigmoid" => new Hardsigmoid(),
                    "relu6" => new ReLU6(),
                    "tanhshrink" => new Tanhshrink(),
                    "logsigmoid" => new LogSigmoid(),
                    _ => new Softsign(),
                };
        }
    }

    private static Module Make(GoldenCase golden) => golden.Kind switch
    {
        "relu" => new ReLU(),
        "leaky_relu" => new LeakyReLU(golden.Options.Number("negative_slope")),
        "elu" => new ELU(golden.Options.Number("alpha")),
        "gelu" => new GELU(golden.Options.Text("approximate") == "tanh"),
        "silu" => new SiLU(),
        "sigmoid" => new Sigmoid(),
        "tanh" => new Tanh(),
        "softmax" => new Softmax(golden.Options.Integer("dim")),
        _ => new LogSoftmax(golden.Options.Integer("dim")),
    };
}
