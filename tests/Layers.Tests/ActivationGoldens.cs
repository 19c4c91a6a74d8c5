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
