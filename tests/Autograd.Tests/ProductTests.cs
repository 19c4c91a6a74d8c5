using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Products of batches whose factors are views: permuted, as the queries and keys of attention are, and expanded.</summary>
[Collection(Alone.Name)]
public sealed class ProductTests
{
    public static IEnumerable<object[]> Names => Golden.Names("products", "matmul");

    public static IEnumerable<object[]> SecondOrderNames => Golden.Names("products", "attention_second_order");

    [Theory]
    [MemberData(nameof(Names))]
    public void Views_are_multiplied_as_PyTorch_does(string name)
    {
        GoldenCase golden = Golden.Load("products")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor input = golden.Inputs["input"].Tensor(device).RequireGrad();
            Tensor other = golden.Inputs["other"].Tensor(device).RequireGrad();
            Tensor output = View(input, golden.Options, "input").MatMul(View(other, golden.Options, "other"));
            golden.Outputs["output"].Matches(output);
            output.Backward(golden.OutputGradients["output"].Tensor(device));
            golden.Gradients["input"].Matches(input.Gradient!);
            golden.Gradients["other"].Matches(other.Gradient!);
        }
    }

    [Theory]
    [MemberData(nameof(SecondOrderNames))]
    public void Gradients_of_their_gradients_are_those_of_PyTorch(string name) =>
        SecondOrderGoldens.Check("products", name, static x => x["x"].Permute(0, 2, 1, 3).MatMul(x["y"].Permute(0, 2, 3, 1)).Tanh());

    // Two products forward and back are four launches; the leaves take their gradients over in two more.
    [Theory]
    [InlineData("cpu", 3)]
    [InlineData("cpu", 1)]
    [InlineData("emulated", 3)]
    [InlineData("emulated", 1)]
    public void Nothing_is_copied(string where, int keyHeads)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor queries = Tensor.Normal([2, 5, 3, 4], device: device).RequireGrad();
        Tensor keys = Tensor.Normal([2, 6, keyHeads, 4], device: device).RequireGrad();
        Tensor gradient = Tensor.Normal([2, 3, 5, 6], device: device);
        Tensor? scores = null;
        long before = device.Statistics.LiveBytes;
        Assert.Equal(1, LaunchCount.Of(() => scores = queries.Permute(0, 2, 1, 3).MatMul(keys.Permute(0, 2, 3, 1)), device));
        long grown = device.Statistics.LiveBytes - before;
        Assert.InRange(grown, 2 * 3 * 5 * 6 * sizeof(float), 2 * 2 * 3 * 5 * 6 * sizeof(float));

        // An expanded factor's gradient is summed.
        Assert.Equal(keyHeads == 1 ? 5 : 4, LaunchCount.Of(() => scores!.Backward(gradient), device));
    }

    // Axes of a batch that stand in no order with each other: three strides.
    [Fact]
    public void A_batch_of_any_axes_is_multiplied()
    {
        GradCheck.Run(
            static x => x[0].Permute(3, 1, 2, 0, 4).MatMul(x[1].Permute(1, 0, 2, 4, 3)),
            [OperatorGradients.Sample([3, 2, 2, 2, 2], 1), OperatorGradients.Sample([2, 2, 2, 3, 2], 2)], order: 2);
    }

    private static Tensor View(Tensor x, GoldenOptions options, string name)
    {
        x = options.IsNull(name + "_axes") ? x : x.Permute(options.Integers(name + "_axes"));
        return options.IsNull(name + "_shape") ? x : x.Expand(new Shape(options.Integers(name + "_shape")));
    }
}
