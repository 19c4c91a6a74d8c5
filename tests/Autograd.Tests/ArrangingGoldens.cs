using System.Globalization;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Rearranging, norms, contractions, scans, order and small linear systems against PyTorch; their derivatives against finite differences;
/// GPU kernels against the CPU's.</summary>
[Collection(Alone.Name)]
public class ArrangingGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], GoldenOptions, Tensor>> s_operators = new()
    {
        ["split"] = (x, o) => Tensor.Concatenate([.. x[0].Split(o.Integer("size"), o.Integer("dim")).Reverse()], o.Integer("dim")),
        ["chunk"] = (x, o) => Tensor.Concatenate([.. x[0].Chunk(o.Integer("chunks"), o.Integer("dim")).Reverse()], o.Integer("dim")),
        ["roll"] = (x, o) => x[0].Roll(o.Integer("shift"), o.Integer("dim")),
        ["flip"] = (x, o) => x[0].Flip(o.Integers("dims")),
        ["repeat"] = (x, o) => x[0].Repeat(o.Integers("counts")),
        ["tile"] = (x, o) => x[0].Tile(o.Integers("counts")),
        ["repeat_interleave"] = (x, o) => x[0].RepeatInterleave(o.Integer("count"), o.Integer("dim")),
        ["triu"] = (x, o) => x[0].Triu(o.Integer("diagonal")),
        ["tril"] = (x, o) => x[0].Tril(o.Integer("diagonal")),
        ["diagonal"] = (x, o) => x[0].Diagonal(o.Integer("offset"), o.Integer("dim1"), o.Integer("dim2")),
        ["trace"] = (x, _) => x[0].Trace(),
        ["outer"] = (x, _) => Tensor.Outer(x[0], x[1]),
        ["masked_fill"] = (x, o) => x[0].MaskedFill(x[1], o.Number("value")),
        ["masked_select"] = (x, _) => x[0].MaskedSelect(x[1]),
        ["index_mask"] = (x, _) => x[0][x[1]],
        ["index"] = (x, _) => x[0][x[1]],
        ["nonzero"] = (x, _) => x[0].NonZero(),
        ["clamp_min"] = (x, o) => x[0].ClampMin(o.Number("bound")),
        ["clamp_max"] = (x, o) => Tensor.Minimum(x[0], o.Number("bound")),
        ["einsum"] = (x, o) => Tensor.Einsum(o.Text("equation"), x),
        ["norm"] = (x, o) => x[0].Norm(o.Integers("dim"), Power(o.Text("power"))),
        ["prod"] = (x, o) => o.IsNull("dim") ? x[0].Prod() : x[0].Prod(o.Integer("dim")),
        ["cosine_similarity"] = (x, o) => Tensor.CosineSimilarity(x[0], x[1], o.Integer("dim")),
        ["cumsum"] = (x, o) => x[0].CumulativeSum(o.Integer("dim")),
        ["cumprod"] = (x, o) => x[0].CumulativeProduct(o.Integer("dim")),
        ["logcumsumexp"] = (x, o) => x[0].CumulativeLogSumExp(o.Integer("dim")),
        ["cummax"] = (x, o) => x[0].CumulativeMax(o.Integer("dim")).Values,
        ["cummin"] = (x, o) => x[0].CumulativeMin(o.Integer("dim")).Values,
        ["cummax_places"] = (x, o) => x[0].CumulativeMax(o.Integer("dim")).Places,
        ["cummin_places"] = (x, o) => x[0].CumulativeMin(o.Integer("dim")).Places,
        ["scatter"] = (x, o) => x[0].Scatter(x[1], x[2], o.Integer("dim")),
        ["scatter_value"] = (x, o) => x[0].Scatter(x[1], 2.5, o.Integer("dim")),
        ["sort"] = (x, o) => x[0].Sort(o.Integer("dim"), o.Flag("descending")).Values,
        ["argsort"] = (x, o) => x[0].ArgSort(o.Integer("dim"), o.Flag("descending")),
        ["quantile"] = (x, o) => x[0].Quantile(o.Number("fraction"), o.Integer("dim")),
        ["median"] = (x, o) => o.IsNull("dim") ? x[0].Median() : x[0].Median(o.Integer("dim")),
        ["topk"] = (x, o) => x[0].TopK(o.Integer("k"), o.Integer("dim"), o.Flag("largest")).Values,
        ["solve"] = (x, _) => x[0].Solve(x[1]),
        ["solve_triangular"] = (x, o) => x[0].SolveTriangular(x[1], o.Flag("upper"), o.Flag("unit")),
        ["inverse"] = (x, _) => x[0].Inverse(),
        ["det"] = (x, _) => x[0].Determinant(),
        ["slogdet"] = (x, _) => x[0].LogDeterminant().Logarithm,
        ["sign_det"] = (x, _) => x[0].LogDeterminant().Sign,
        ["cholesky"] = (x, _) => (x[0].MatMul(x[0].T) + Tensor.Eye(x[0].Shape[^1], x[0].DType, x[0].Device)).Cholesky(),
    };

    public static IEnumerable<object[]> Names => Golden.Names("arranging", [.. s_operators.Keys]);

    public static IEnumerable<object[]> DoubleNames => Names.Where(static row => ((string)row[0]).EndsWith("float64", StringComparison.Ordinal));

    public static IEnumerable<object[]> UniqueNames => Golden.Names("arranging", "unique");

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("arranging")[name];
        GoldenTensors.CheckAll(golden, inputs => s_operators[golden.Kind](inputs, golden.Options), golden.DType == "float32" ? 5 : 1);
    }

    [Fact]
    public void Every_kind_of_the_file_is_tried() =>
        Assert.Equal([.. s_operators.Keys.Append("unique").Order()], Golden.Load("arranging").Cases.Select(static item => item.Kind).Distinct().Order());

    [Theory]
    [MemberData(nameof(DoubleNames))]
    public void The_GPU_form_and_other_strides_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("arranging")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();

            // Every element stands transposed and with gaps in memory.
            Tensor[] inputs = [.. golden.Inputs.All.Select(array => Strided(array.Tensor(device)))];
            golden.Outputs["output"].Matches(s_operators[golden.Kind](inputs, golden.Options));
        }
    }

    [Theory]
    [MemberData(nameof(DoubleNames))]
    public void Two_derivatives_agree_with_finite_differences(string name)
    {
        GoldenCase golden = Golden.Load("arranging")[name];
        if (golden.Gradients.All.Count == 0 || HasCorner(golden))
        {
            return;
        }

        using TensorScope scope = Tensor.Scope();
        Tensor[] fixedInputs = [.. golden.Inputs.All.Select(static array => array.Tensor())];
        Tensor[] moved = [.. fixedInputs.Where(static x => x.DType == DType.Float64)];
        GradCheck.Run(
            xs =>
            {
                int next = 0;
                return s_operators[golden.Kind]([.. fixedInputs.Select(x => x.DType == DType.Float64 ? xs[next++] : x)], golden.Options);
            },
            moved, order: 2, tolerance: 2e-6);
    }

    [Theory]
    [MemberData(nameof(UniqueNames))]
    public void Distinct_elements_their_places_and_numbers_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("arranging")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor distinct = golden.Inputs["input"].Tensor().Unique(out Tensor inverse, out Tensor counts);
        golden.Outputs["output"].Matches(distinct);
        golden.Outputs["inverse"].Matches(inverse);
        golden.Outputs["counts"].Matches(counts);
    }

    private static double Power(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    // Ties and zeros, where finite differences see a corner.
    private static bool HasCorner(GoldenCase golden) => golden.Name.Contains("ties", StringComparison.Ordinal)
        || golden.Kind is "clamp_min" or "clamp_max" || golden.Name.Contains("rows of zeros", StringComparison.Ordinal);

    private static Tensor Strided(Tensor x)
    {
        if (x.Rank == 0)
        {
            return x;
        }

        Tensor wide = Tensor.Stack([x, x], x.Rank);
        Tensor turned = wide.Permute([.. Enumerable.Range(0, wide.Rank).Reverse()]).Contiguous();
        return turned.Permute([.. Enumerable.Range(0, wide.Rank).Reverse()])[TensorIndex.Ellipsis, 1];
    }
}
