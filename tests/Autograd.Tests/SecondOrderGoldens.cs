using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Gradients, and the gradients of their products with a direction, as PyTorch computes them.</summary>
public class SecondOrderGoldens
{
    // The inputs come under PyTorch's names; losses are their formulas.
    private static readonly Dictionary<string, Func<IReadOnlyDictionary<string, Tensor>, Tensor>> s_functions = new()
    {
        ["tanh_chain"] = x => (x["x"].Tanh() * x["x"]).Tanh(),
        ["sigmoid"] = x => x["x"].Sigmoid(),
        ["gelu"] = x => x["x"].GELU(),
        ["silu"] = x => x["x"].SiLU(),
        ["softplus"] = x => x["x"].Softplus(),
        ["elu"] = x => x["x"].ELU(),
        ["exp"] = x => x["x"].Exp(),
        ["sin"] = x => x["x"].Sin(),
        ["gelu_tanh"] = x => x["x"].GELUTanh(),
        ["log"] = x => x["x"].Log(),
        ["sqrt"] = x => x["x"].Sqrt(),
        ["rsqrt"] = x => x["x"].Rsqrt(),
        ["reciprocal"] = x => x["x"].Reciprocal(),
        ["div_broadcast"] = x => x["x"] / x["y"],
        ["pow_broadcast"] = x => x["x"].Pow(x["y"]),
        ["mul_broadcast"] = x => x["x"] * x["y"],
        ["matmul_chain"] = x => x["x"].MatMul(x["a"]).Tanh().MatMul(x["b"]),
        ["batched_matmul"] = x => x["x"].MatMul(x["y"]),
        ["softmax"] = x => x["x"].Softmax(1),
        ["log_softmax"] = x => x["x"].LogSoftmax(1),
        ["logsumexp"] = x => x["x"].LogSumExp([1]),
        ["var"] = x => x["x"].Variance([0]),
        ["cross_entropy"] = x => x["input"].SoftmaxCrossEntropy(x["target"]),
        ["cross_entropy_of_linear"] = x => x["x"].MatMul(x["w"]).SoftmaxCrossEntropy(x["target"]),
        ["mse"] = x => (x["x"] - x["y"]).Square().Mean(),
        ["huber"] = x => Huber(x["input"] - x["target"]).Mean(),
        ["bce_with_logits"] = x => (x["input"].Softplus() - (x["input"] * x["target"])).Mean(),
        ["bce"] = x => -((x["target"] * x["input"].Log()) + ((1 - x["target"]) * (1 - x["input"]).Log())).Mean(),
        ["batch_norm"] = x => x["x"].BatchNorm(x["weight"], x["bias"], null, null, 0.1, 1e-5),
        ["batch_norm_tanh"] = x => x["x"].BatchNorm(x["weight"], x["bias"], null, null, 0.1, 1e-5).Tanh(),
    };

    public static IEnumerable<object[]> Names => Golden.Names("second_order");

    public static IEnumerable<object[]> RowNames => Golden.Names("rows", "rms_norm_second_order", "masked_softmax_second_order");

    [Theory]
    [MemberData(nameof(Names))]
    public void First_and_second_gradients_agree_with_PyTorch(string name) =>
        Check("second_order", name, s_functions[Golden.Load("second_order")[name].Kind]);

    [Theory]
    [MemberData(nameof(Names))]
    public void They_agree_when_the_function_is_computed_again_in_the_backward_pass(string name)
    {
        Func<IReadOnlyDictionary<string, Tensor>, Tensor> function = s_functions[Golden.Load("second_order")[name].Kind];
        Check("second_order", name, x =>
        {
            string[] names = [.. x.Keys];
            return Checkpoint.Run(
                list => function(names.Zip(list).ToDictionary(static pair => pair.First, static pair => pair.Second)), [.. x.Values]);
        });
    }

    // PyTorch's mask says what is left out, ours what takes part.
    [Theory]
    [MemberData(nameof(RowNames))]
    public void Functions_of_rows_agree_with_PyTorch(string name) => Check(
        "rows", name,
        Golden.Load("rows")[name].Kind.StartsWith("rms", StringComparison.Ordinal)
            ? static x => x["x"].RMSNorm(x["weight"], 1e-5)
            : static x => x["x"].MaskedSoftmax(x["mask"].Equal(0), 1));

    /// <summary>Compares a function with a case of a family, and its first and second gradients.</summary>
    internal static void Check(string family, string name, Func<IReadOnlyDictionary<string, Tensor>, Tensor> function)
    {
        GoldenCase golden = Golden.Load(family)[name];
        using TensorScope scope = Tensor.Scope();
        Dictionary<string, Tensor> inputs = golden.Inputs.All
            .Where(static array => !array.Name.StartsWith("direction.", StringComparison.Ordinal))
            .ToDictionary(static array => array.Name, static array => array.Tensor());
        string[] names = [.. golden.Gradients.All.Select(static array => array.Name)];
        Tensor[] leaves = [.. names.Select(key => inputs[key].RequireGrad())];
        Tensor output = function(inputs);
        golden.Outputs["output"].Matches(output);

        Tensor[] first = Grad.Of(output, leaves, createGraph: true, golden.OutputGradients["output"].Tensor());
        Tensor sum = Tensor.Scalar(0, output.DType, Device.Cpu);
        for (int i = 0; i < first.Length; i++)
        {
            golden.Outputs["first." + names[i]].Matches(first[i]);
            sum += (first[i] * golden.Inputs["direction." + names[i]].Tensor()).Sum();
        }

        Tensor[] second = Grad.Of(sum, leaves);
        for (int i = 0; i < second.Length; i++)
        {
            golden.Gradients[names[i]].Matches(second[i], looser: 5);
        }
    }

    private static Tensor Huber(Tensor d) => Tensor.Where(d.Detach().Abs() < 1, d.Square() * 0.5, d.Abs() - 0.5);
}
