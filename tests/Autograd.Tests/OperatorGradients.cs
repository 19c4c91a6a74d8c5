namespace DeepSharp.Tests;

/// <summary>Every differentiable operator against finite differences in Float64, up to the third order.</summary>
public class OperatorGradients
{
    private static readonly Tensor s_labels = Tensor.From([0, 3, 1, 2, 3, 0], Device.Cpu);
    private static readonly Tensor s_three = Tensor.From([0.5, 1.5, 2.5], Device.Cpu);

    // Along axis 1 of [2, 3, 4], each index more than once; and into a table of four rows or more.
    private static readonly Tensor s_indices =
        Tensor.From([0, 1, 2, 0, 0, 2, 2, 1, 2, 1, 0, 2, 2, 1, 1, 2], [2, 2, 4], Device.Cpu);

    private static readonly Tensor s_table = Tensor.From([3L, 0, 3, 1, 1, 2], [2, 3], Device.Cpu);

    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_unary = new()
    {
        ["Neg"] = static x => -x,
        ["Abs"] = static x => x.Abs(),
        ["Exp"] = static x => x.Exp(),
        ["Expm1"] = static x => x.Expm1(),
        ["Log1p"] = static x => x.Square().Log1p() + (x / 3).Log1p(),
        ["Log"] = static x => (x.Square() + 0.5).Log(),
        ["Sqrt"] = static x => (x.Square() + 0.5).Sqrt(),
        ["Rsqrt"] = static x => (x.Square() + 0.5).Rsqrt(),
        ["Square"] = static x => x.Square(),
        ["Reciprocal"] = static x => (x + 5).Reciprocal(),
        ["Tanh"] = static x => x.Tanh(),
        ["Sigmoid"] = static x => x.Sigmoid(),
        ["ReLU"] = static x => x.ReLU(),
        ["LeakyReLU"] = static x => x.LeakyReLU(0.2),
        ["ELU"] = static x => x.ELU(0.7),
        ["GELU"] = static x => x.GELU(),
        ["GELUTanh"] = static x => x.GELUTanh(),
        ["SiLU"] = static x => x.SiLU(),
        ["Softplus"] = static x => x.Softplus(),
        ["Sin"] = static x => x.Sin(),
        ["Cos"] = static x => x.Cos(),
        ["Erf"] = static x => x.Erf(),
        ["Floor"] = static x => x.Floor() * x,
        ["Ceil"] = static x => x.Ceil() * x,
        ["Round"] = static x => x.Round() * x,
        ["Sign"] = static x => x.Sign() * x,
        ["Clamp"] = static x => x.Clamp(-0.9, 1.1),
        ["Pow 3"] = static x => x.Pow(3),
        ["Pow 2.5"] = static x => (x.Square() + 1).Pow(2.5),
        ["Pow 0"] = static x => x.Pow(0.0) * x,
        ["Affine"] = static x => x.Affine(3, -2),
        ["x + c"] = static x => x + 3,
        ["c - x"] = static x => 3 - x,
        ["x * c"] = static x => x * 3,
        ["x / c"] = static x => x / 3,
        ["c / x"] = static x => 3 / (x + 5),
        ["Sum"] = static x => x.Sum(),
        ["Sum axis"] = static x => x.Sum(1),
        ["Sum axes"] = static x => x.Sum([0, -1], keepDims: true),
        ["Mean"] = static x => x.Mean(),
        ["Mean axis"] = static x => x.Mean(0),
        ["Max"] = static x => x.Max(1),
        ["Min"] = static x => x.Min([0, 2]),
        ["Variance"] = static x => x.Variance([0]),
        ["Variance, all"] = static x => x.Variance(correction: 0),
        ["StandardDeviation"] = static x => x.StandardDeviation([1, 2]),
        ["Variance, one axis"] = static x => x.Variance(1, correction: 0),
        ["StandardDeviation, one axis"] = static x => x.StandardDeviation(-1),
        ["LogSumExp, one axis"] = static x => x.LogSumExp(1, keepDims: true),
        ["LogSumExp"] = static x => x.LogSumExp([1]),
        ["Softmax"] = static x => x.Softmax(),
        ["Softmax, middle axis"] = static x => x.Softmax(1),
        ["MaskedSoftmax"] = static x => x.MaskedSoftmax(x.Detach() > -0.5),
        ["MaskedSoftmax, middle axis"] = static x => x.MaskedSoftmax(x.Detach()[0, .., ..1] > -0.5, 1),
        ["LogSoftmax"] = static x => x.LogSoftmax(-1),
        ["LogSoftmax, first axis"] = static x => x.LogSoftmax(0),
        ["CrossEntropy, mean"] = static x => x.Reshape(6, 4).SoftmaxCrossEntropy(s_labels),
        ["CrossEntropy, none"] = static x => x.Reshape(6, 4).SoftmaxCrossEntropy(s_labels, reduction: LossReduction.None),
        ["CrossEntropy, all options"] = static x => x.Reshape(6, 4).SoftmaxCrossEntropy(
            s_labels, 0.1, Tensor.From([1.0, 2.0, 0.5, 3.0], Device.Cpu), 3, LossReduction.Sum),
        ["BatchNorm"] = static x => x.Reshape(6, 4).BatchNorm(null, null, null, null, 0.1, 1e-3),
        ["BatchNorm, further axes"] = static x => x.BatchNorm(x[0, .., 0], x[1, .., 1], null, null, 0.1, 1e-3),
        ["BatchNorm, fixed"] = static x => x.BatchNormFixed(x[0, .., 0], x[1, .., 1], s_three, s_three, 1e-3),
        ["BatchNorm, scale only"] = static x => x.BatchNorm(x[0, .., 0], null, null, null, 0.1, 1e-3),
        ["BatchNorm, shift only"] = static x => x.Transpose(0, 2).BatchNorm(null, x[0, .., 0], null, null, 0.1, 1e-3),
        ["BatchNorm, fixed, statistics with gradients"] = static x => x.BatchNormFixed(null, s_three, x[0, .., 0], x[1, .., 1].Square(), 1e-3),
        ["LayerNorm"] = static x => x.LayerNorm(epsilon: 1e-3),
        ["LayerNorm, affine"] = static x => x.LayerNorm(x[0, 0], x[1, 2], 1e-3),
        ["LayerNorm, scale only"] = static x => x.Transpose(0, 1).LayerNorm(x[0, 0], null, 1e-3),
        ["LayerNorm, one row"] = static x => x[0, 1].LayerNorm(x[0, 0], x[1, 0], 1e-3),
        ["RMSNorm"] = static x => x.RMSNorm(epsilon: 1e-3),
        ["RMSNorm, gain"] = static x => x.Transpose(0, 1).RMSNorm(x[0, 0], 1e-3),
        ["RMSNorm, one row"] = static x => x[0, 1].RMSNorm(x[0, 0]),
        ["Gather"] = static x => x.Gather(s_indices, 1).Square(),
        ["Gather, strided"] = static x => x.Transpose(0, 2).Gather(s_indices.Transpose(0, 2), -2).Square(),
        ["IndexSelect"] = static x => x.IndexSelect(s_table, 2).Square(),
        ["Embedding"] = static x => x.Reshape(6, 4).Embedding(s_table).Square(),
        ["Embedding, scattered twice"] = static x => x.Reshape(6, 4).Square().Embedding(s_table).Sum([0]).Exp(),
        ["Norm"] = static x => x.Norm(),
        ["Reshape"] = static x => x.Reshape(4, 6).Square(),
        ["Transpose"] = static x => x.Transpose(0, 2).Square(),
        ["Permute"] = static x => x.Permute(2, 0, 1).Reshape(6, 4).Square(),
        ["Slice"] = static x => x[.., 1..3, ^1].Square(),
        ["Slice with steps"] = static x => x[1, TensorIndex.Every(2, ..)].Square(),
        ["Expand"] = static x => x[.., ..1].Expand([2, 5, 4]).Square(),
        ["New axis"] = static x => x[TensorIndex.NewAxis, TensorIndex.Ellipsis, 0].Square(),
        ["Flatten"] = static x => x.Flatten(1).Square(),
        ["Squeeze"] = static x => x.Unsqueeze(1).Squeeze(1).Square(),
        ["Clone"] = static x => x.Transpose(0, 1).Clone().Square(),
        ["Cast"] = static x => x.To(DType.Float64).Square(),
        ["x used twice"] = static x => (x * x) + x,
        ["a chain"] = static x => ((x * 2).Tanh() + x.Exp()).Sigmoid().Sum(0),
    };

    private static readonly Dictionary<string, (Shape A, Shape B, Func<Tensor, Tensor, Tensor> Function)> s_binary = new()
    {
        ["a + b"] = ([2, 3], [2, 3], static (a, b) => a + b),
        ["a + b, row"] = ([2, 3], [3], static (a, b) => (a + b).Square()),
        ["a - b, column"] = ([2, 3], [2, 1], static (a, b) => (a - b).Square()),
        ["a - b, both broadcast"] = ([2, 1], [1, 3], static (a, b) => (a - b).Square()),
        ["a * b"] = ([2, 3], [2, 3], static (a, b) => a * b),
        ["a * b, scalar"] = ([2, 3], Shape.Scalar, static (a, b) => a * b),
        ["a * a"] = ([2, 3], [2, 3], static (a, b) => a * a * b),
        ["a / b"] = ([2, 3], [3], static (a, b) => a / (b.Square() + 1)),
        ["Pow"] = ([2, 3], [2, 3], static (a, b) => (a.Square() + 0.5).Pow(b)),
        ["Maximum"] = ([2, 3], [3], Tensor.Maximum),
        ["Minimum"] = ([2, 3], [2, 3], Tensor.Minimum),
        ["Where"] = ([2, 3], [3], static (a, b) => Tensor.Where(a.Detach() > 0, a.Square(), b * a)),
        ["MatMul"] = ([3, 4], [4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul transposed"] = ([4, 3], [2, 4], static (a, b) => a.T.MatMul(b.T)),
        ["MatMul batched"] = ([2, 3, 4], [2, 4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul broadcast right"] = ([2, 3, 4], [4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul broadcast left"] = ([3, 4], [2, 4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul broadcast both"] = ([2, 1, 3, 4], [3, 4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul vector, matrix"] = ([4], [4, 2], static (a, b) => a.MatMul(b)),
        ["MatMul matrix, vector"] = ([3, 4], [4], static (a, b) => a.MatMul(b)),
        ["MatMul dot"] = ([4], [4], static (a, b) => a.MatMul(b)),
        ["ScatterAdd"] = ([2, 4, 4], [2, 2, 4], static (a, b) => a.ScatterAdd(s_indices, b, 1).Square()),
        ["ScatterAdd, last axis"] = ([2, 2, 4], [2, 2, 4], static (a, b) => a.ScatterAdd(s_indices, b.Square(), -1).Square()),
        ["IndexAdd"] = ([4, 2], [2, 3, 2], static (a, b) => a.IndexAdd(s_table, b).Square()),
        ["IndexAdd, last axis"] = ([2, 4], [2, 2, 3], static (a, b) => a.IndexAdd(s_table, b.Square(), 1).Square()),
        ["AddLayerNorm"] = ([2, 4], [2, 4], static (a, b) => a.AddLayerNorm(b, b[0], a[1], 1e-3)),
        ["AddLayerNorm and the sum"] = ([2, 3, 4], [2, 3, 4], static (a, b) => a.AddLayerNorm(b, out Tensor sum, epsilon: 1e-3) + sum.Square()),
        ["AddLayerNorm, not contiguous"] = ([4, 3], [3, 4], static (a, b) => a.AddLayerNorm(b.T, epsilon: 1e-3)),
        ["AddLayerNorm, broadcast"] = ([2, 4], [4], static (a, b) => a.AddLayerNorm(b, epsilon: 1e-3)),
        ["AddRMSNorm and the sum"] = ([2, 3, 4], [2, 3, 4], static (a, b) => a.AddRMSNorm(b, out Tensor sum, b[0, 1], 1e-3) + sum.Square()),
        ["AddRMSNorm, broadcast"] = ([2, 4], [4], static (a, b) => a.AddRMSNorm(b, b)),
        ["CrossEntropy of distributions"] = ([3, 4], [3, 4], static (a, b) => a.SoftmaxCrossEntropyOfRows(b.Square(), 0, null)),
        ["CrossEntropy of distributions, all options"] = ([3, 4], [3, 4], static (a, b) =>
            a.SoftmaxCrossEntropyOfRows(b, 0.2, Tensor.From([1.0, 2.0, 0.5, 3.0], Device.Cpu))),
        ["AddLayerNorm, x twice"] = ([2, 4], [4], static (a, b) => a.AddLayerNorm(a, b, epsilon: 1e-3)),
        ["AddBatchNorm"] = ([5, 3], [5, 3], static (a, b) => a.AddBatchNorm(b, out Tensor sum, a[0], b[1], null, null, 0.1, 1e-3) + sum.Square()),
        ["AddBatchNorm, activation"] = ([5, 3], [5, 3], static (a, b) => a.AddBatchNorm(
            b, a[0], b[1], null, null, 0.1, 1e-3, default(Kernels.TanhOp))),
        ["AddBatchNorm, fixed"] = ([5, 3, 2], [5, 3, 2], static (a, b) =>
            a.AddBatchNormFixed(b, out Tensor sum, a[0, .., 0], b[1, .., 1], s_three, s_three, 1e-3) + sum.Square()),
        ["AddBatchNorm, fixed, statistics with gradients"] = ([5, 3], [3], static (a, b) =>
            a.AddBatchNormFixed(a, null, null, b, b.Square(), 1e-3, default(Kernels.TanhOp))),
        ["Linear"] = ([5, 4], [3, 4], static (a, b) => a.Linear(b)),
        ["Linear with bias"] = ([2, 5, 4], [3, 4], static (a, b) => a.Linear(b, b[.., 0]).Tanh()),
    };

    public static TheoryData<string> UnaryNames => [.. s_unary.Keys];

    public static TheoryData<string> BinaryNames => [.. s_binary.Keys];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Unary_operators_have_their_derivatives_up_to_the_third(string name) =>
        GradCheck.Run(xs => s_unary[name](xs[0]), [Sample([2, 3, 4], 1)], order: 3, tolerance: 4e-6);

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Binary_operators_have_their_derivatives_up_to_the_third(string name)
    {
        (Shape a, Shape b, Func<Tensor, Tensor, Tensor> function) = s_binary[name];
        GradCheck.Run(xs => function(xs[0], xs[1]), [Sample(a, 1), Sample(b, 2)], order: 3, tolerance: 4e-6);
    }

    /// <summary>Distinct values between -2 and 2, none near the kinks that the operators have at 0 and ±1.</summary>
    internal static Tensor Sample(Shape shape, int seed)
    {
        Random random = new(seed);
        double[] values = new double[shape.Size];
        for (int i = 0; i < values.Length; i++)
        {
            double value;
            do
            {
                value = (random.NextDouble() * 4) - 2;
            }
            while (Math.Abs(value) < 0.02 || Math.Abs(Math.Abs(value) - 1) < 0.15);
            values[i] = value;
        }

        return Tensor.From(values, shape, Device.Cpu);
    }
}
