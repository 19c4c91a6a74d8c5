using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Values and gradients of all operators, as PyTorch computes them.</summary>
public class OperatorGoldens
{
    // PyTorch's names. A function gets the inputs in the file's order, and the case for its options.
    private static readonly Dictionary<string, Func<Tensor[], GoldenCase, Tensor>> s_operators = new()
    {
        ["neg"] = (x, _) => -x[0],
        ["abs"] = (x, _) => x[0].Abs(),
        ["square"] = (x, _) => x[0].Square(),
        ["sign"] = (x, _) => x[0].Sign(),
        ["floor"] = (x, _) => x[0].Floor(),
        ["ceil"] = (x, _) => x[0].Ceil(),
        ["round"] = (x, _) => x[0].Round(),
        ["expm1"] = (x, _) => x[0].Expm1(),
        ["log1p"] = (x, _) => x[0].Log1p(),
        ["exp"] = (x, _) => x[0].Exp(),
        ["sin"] = (x, _) => x[0].Sin(),
        ["cos"] = (x, _) => x[0].Cos(),
        ["tanh"] = (x, _) => x[0].Tanh(),
        ["sigmoid"] = (x, _) => x[0].Sigmoid(),
        ["erf"] = (x, _) => x[0].Erf(),
        ["reciprocal"] = (x, _) => x[0].Reciprocal(),
        ["log"] = (x, _) => x[0].Log(),
        ["sqrt"] = (x, _) => x[0].Sqrt(),
        ["rsqrt"] = (x, _) => x[0].Rsqrt(),
        ["pow_scalar"] = (x, golden) => x[0].Pow(golden.Options.Number("exponent")),
        ["clamp"] = (x, golden) => x[0].Clamp(
            golden.Options.Number("min", double.NegativeInfinity), golden.Options.Number("max", double.PositiveInfinity)),
        ["add"] = (x, _) => x[0] + x[1],
        ["sub"] = (x, _) => x[0] - x[1],
        ["mul"] = (x, _) => x[0] * x[1],
        ["div"] = (x, _) => x[0] / x[1],
        ["pow"] = (x, _) => x[0].Pow(x[1]),
        ["maximum"] = (x, _) => Tensor.Maximum(x[0], x[1]),
        ["minimum"] = (x, _) => Tensor.Minimum(x[0], x[1]),
        ["eq"] = (x, _) => x[0].Equal(x[1]),
        ["ne"] = (x, _) => x[0].NotEqual(x[1]),
        ["lt"] = (x, _) => x[0] < x[1],
        ["le"] = (x, _) => x[0] <= x[1],
        ["gt"] = (x, _) => x[0] > x[1],
        ["ge"] = (x, _) => x[0] >= x[1],
        ["where"] = (x, _) => Tensor.Where(x[0], x[1], x[2]),
        ["sum"] = (x, golden) => x[0].Sum(Axes(golden), KeepDims(golden)),
        ["mean"] = (x, golden) => x[0].Mean(Axes(golden), KeepDims(golden)),
        ["logsumexp"] = (x, golden) => x[0].LogSumExp(Axes(golden), KeepDims(golden)),
        ["var"] = (x, golden) => x[0].Variance(Axes(golden), golden.Options.Flag("unbiased") ? 1 : 0, KeepDims(golden)),
        ["std"] = (x, golden) => x[0].StandardDeviation(Axes(golden), golden.Options.Flag("unbiased") ? 1 : 0, KeepDims(golden)),
        ["amax"] = (x, golden) => x[0].Max(Axes(golden), KeepDims(golden)),
        ["amin"] = (x, golden) => x[0].Min(Axes(golden), KeepDims(golden)),
        ["max_of_all"] = (x, _) => x[0].Max(),
        ["min_of_all"] = (x, _) => x[0].Min(),
        ["argmax"] = (x, golden) => golden.Options.IsNull("dim")
            ? x[0].Flatten().ArgMax()
            : x[0].ArgMax(golden.Options.Integer("dim"), KeepDims(golden)),
        ["argmin"] = (x, golden) => golden.Options.IsNull("dim")
            ? x[0].Flatten().ArgMin()
            : x[0].ArgMin(golden.Options.Integer("dim"), KeepDims(golden)),
        ["matmul"] = (x, _) => x[0].MatMul(x[1]),
        ["gather"] = (x, golden) => x[0].Gather(x[1], golden.Options.Integer("dim")),
        ["index_select"] = (x, golden) => x[0].IndexSelect(x[1], golden.Options.Integer("dim")),
        ["scatter_add"] = (x, golden) => x[0].ScatterAdd(x[1], x[2], golden.Options.Integer("dim")),
        ["one_hot"] = (x, golden) => x[0].OneHot(golden.Options.Integer("num_classes"), DType.Int64),
        ["transpose"] = (x, golden) => x[0].Transpose(golden.Options.Integer("dim0"), golden.Options.Integer("dim1")),
        ["permute"] = (x, golden) => x[0].Permute(golden.Options.Integers("dims")),
        ["reshape"] = (x, golden) => x[0].Transpose(0, 2).Reshape(new Shape(golden.Options.Integers("shape"))),
        ["slice"] = (x, golden) => golden.Name.Contains("...", StringComparison.Ordinal)
            ? x[0][TensorIndex.Ellipsis, ^1]
            : x[0][1, .., TensorIndex.Every(2, 1..4)],
        ["expand"] = (x, golden) => x[0].Expand(new Shape(golden.Options.Integers("shape"))),
        ["cat"] = (x, golden) => Tensor.Concatenate(x, golden.Options.Integer("dim")),
        ["stack"] = (x, golden) => Tensor.Stack(x, golden.Options.Integer("dim")),
    };

    public static IEnumerable<object[]> Names => Golden.Names("operators", [.. s_operators.Keys]);

    public static IEnumerable<object[]> ExtremeNames => Golden.Names("operators", "max_along_dim", "min_along_dim");

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor[] inputs = [.. golden.Inputs.All.Select(static array => array.Tensor())];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (golden.Gradients.Contains(golden.Inputs.All[i].Name))
            {
                inputs[i].RequireGrad();
            }
        }

        Tensor output = s_operators[golden.Kind](inputs, golden);
        golden.Outputs["output"].Matches(output);
        if (golden.Gradients.All.Count == 0)
        {
            Assert.False(output.RequiresGrad);
            return;
        }

        output.Backward(golden.OutputGradients["output"].Tensor());
        for (int i = 0; i < inputs.Length; i++)
        {
            string input = golden.Inputs.All[i].Name;
            if (golden.Gradients.Contains(input))
            {
                golden.Gradients[input].Matches(inputs[i].Gradient!);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ExtremeNames))]
    public void The_largest_and_smallest_along_an_axis_agree_with_PyTorch_in_value_and_place(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor x = golden.Inputs["input"].Tensor();
        int axis = golden.Options.Integer("dim");
        bool largest = golden.Kind == "max_along_dim";
        Tensor place = largest ? x.ArgMax(axis, KeepDims(golden)) : x.ArgMin(axis, KeepDims(golden));
        golden.Outputs["values"].Matches(largest ? x.Max(axis, KeepDims(golden)) : x.Min(axis, KeepDims(golden)));
        golden.Outputs["indices"].Matches(place);
    }

    private static int[] Axes(GoldenCase golden) => golden.Options.IsNull("dim") ? [] : golden.Options.Integers("dim");

    private static bool KeepDims(GoldenCase golden) => golden.Options.Flag("keepdim");
}
