using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>
/// Random sequences of operators, with their gradients and the gradients of those, as PyTorch computes them: views of views, broadcasting,
/// empty axes, values used twice.
/// </summary>
public class ProgramGoldens
{
    // PyTorch's names, as in tests/golden/families/programs.py.
    private static readonly Dictionary<string, Func<Step, Tensor>> s_operators = new()
    {
        ["tanh"] = s => s.X.Tanh(),
        ["sigmoid"] = s => s.X.Sigmoid(),
        ["sin"] = s => s.X.Sin(),
        ["cos"] = s => s.X.Cos(),
        ["erf"] = s => s.X.Erf(),
        ["abs"] = s => s.X.Abs(),
        ["neg"] = s => -s.X,
        ["relu"] = s => s.X.ReLU(),
        ["silu"] = s => s.X.SiLU(),
        ["softplus"] = s => s.X.Softplus(),
        ["gelu"] = s => s.X.GELU(),
        ["gelu_tanh"] = s => s.X.GELUTanh(),
        ["elu"] = s => s.X.ELU(),
        ["leaky_relu"] = s => s.X.LeakyReLU(),
        ["exp"] = s => s.X.Tanh().Exp(),
        ["log"] = s => ((s.X * s.X) + 1).Log(),
        ["sqrt"] = s => ((s.X * s.X) + 1).Sqrt(),
        ["square"] = s => s.X.Tanh().Square(),
        ["affine"] = s => (s.X * 1.5) - 0.25,
        ["clamp"] = s => s.X.Clamp(-0.7, 0.9),
        ["contiguous"] = s => s.X.Contiguous(),
        ["add"] = s => s.X + s.Y,
        ["sub"] = s => s.X - s.Y,
        ["mul"] = s => s.X.Tanh() * s.Y,
        ["div"] = s => s.X / ((s.Y * s.Y) + 1),
        ["maximum"] = s => Tensor.Maximum(s.X, s.Y),
        ["minimum"] = s => Tensor.Minimum(s.X, s.Y),
        ["pow"] = s => (s.X.Abs() + 0.5).Pow(s.Y.Tanh()),
        ["sum"] = s => s.X.Sum(s.Axes, s.Keep),
        ["mean"] = s => s.X.Mean(s.Axes, s.Keep),
        ["amax"] = s => s.X.Max(s.Axes, s.Keep),
        ["amin"] = s => s.X.Min(s.Axes, s.Keep),
        ["logsumexp"] = s => s.X.LogSumExp(s.Axes, s.Keep),
        ["var"] = s => s.X.Variance(s.Axes, keepDims: s.Keep),
        ["permute"] = s => s.X.Permute(s.Axes),
        ["slice"] = s => s.X[[.. Whole(s.Axis), TensorIndex.Every(s.Integer("step"), s.Integer("start")..s.Integer("end"))]],
        ["pick"] = s => s.X[[.. Whole(s.Axis), s.Integer("place")]],
        ["reshape"] = s => s.X.Reshape(s.Integers("shape")),
        ["expand"] = s => s.X.Expand(new Shape(s.Integers("shape"))),
        ["unsqueeze"] = s => s.X.Unsqueeze(s.Axis),
        ["squeeze"] = s => s.X.Squeeze(),
        ["softmax"] = s => s.X.Softmax(s.Axis),
        ["log_softmax"] = s => s.X.LogSoftmax(s.Axis),
        ["matmul"] = s => s.X.MatMul(s.Flag("across") ? s.Y.Transpose(-1, -2) : s.Y).Tanh(),
        ["linear"] = s => s.X.Linear(s.Y).Tanh(),
        ["cat"] = s => Tensor.Concatenate([s.X, s.Y], s.Axis),
        ["stack"] = s => Tensor.Stack([s.X, s.Y], s.Axis),
        ["where"] = s => Tensor.Where(s.X > 0.1, s.Y, s.Z),
        ["index_select"] = s => s.X.IndexSelect(s.Indices(s.Integers("indices").Length), s.Axis),
        ["gather"] = s => s.X.Gather(s.Indices(new Shape(s.Integers("shape"))), s.Axis),
        ["scatter_add"] = s => s.X.ScatterAdd(s.Indices(new Shape(s.Integers("shape"))), s.Y, s.Axis),
        ["index_add"] = s => s.X.IndexAdd(s.Indices(s.Integers("indices").Length), s.Y, s.Axis),
        ["layer_norm"] = s => s.X.LayerNorm(epsilon: 0.1),
        ["batch_norm"] = s => s.X.BatchNorm(null, null, null, null, 0.1, 0.1),
        ["cross_entropy"] = s => s.X.SoftmaxCrossEntropy(
            Tensor.From(s.Integers("labels"), s.X.Device), s.Number("smoothing"), reduction: Enum.Parse<LossReduction>(s.Text("reduction"), ignoreCase: true)),
    };

    public static IEnumerable<object[]> Names => Golden.Names("programs");

    [Theory]
    [MemberData(nameof(Names))]
    public void Programs_agree_with_PyTorch(string name) => Check(name, Device.Cpu, 1);

    // A GPU may contract products and sums.
    [Theory]
    [MemberData(nameof(Names))]
    public void GPU_kernels_agree_with_PyTorch(string name) => Check(name, TestDevice.Gpu, 10);

    private static void Check(string name, Device device, double looser)
    {
        GoldenCase golden = Golden.Load("programs")[name];
        using TensorScope scope = Tensor.Scope();
        string[] names = [.. golden.Gradients.All.Select(static array => array.Name)];
        Tensor[] leaves = [.. names.Select(key => golden.Inputs[key].Tensor().To(device).RequireGrad())];
        List<Tensor> values = [.. leaves];
        foreach (GoldenOptions instruction in golden.Options.NestedList("code"))
        {
            values.Add(s_operators[instruction.Text("op")](new Step(values, instruction)));
        }

        Tensor output = values[^1];
        golden.Outputs["output"].Matches(output, looser: 10 * looser);
        Tensor upstream = golden.OutputGradients["output"].Tensor().To(device);
        Tensor[] plain = Grad.Of(output, leaves, gradient: upstream, retainGraph: true);
        Tensor[] first = Grad.Of(output, leaves, createGraph: true, upstream);
        Tensor sum = Tensor.Scalar(0, DType.Float64, device);
        for (int i = 0; i < first.Length; i++)
        {
            golden.Outputs["first." + names[i]].Matches(plain[i], looser: 10 * looser);
            golden.Outputs["first." + names[i]].Matches(first[i], looser: 10 * looser);
            sum += (first[i] * golden.Inputs["direction." + names[i]].Tensor().To(device)).Sum();
        }

        // Where no gradient depends on an input, there is nothing that could be differentiated again.
        Tensor[] second = sum.RequiresGrad ? Grad.Of(sum, leaves) : [.. leaves.Select(Tensor.ZerosLike)];
        for (int i = 0; i < second.Length; i++)
        {
            golden.Gradients[names[i]].Matches(second[i], looser: 100 * looser);
        }
    }

    private static IEnumerable<TensorIndex> Whole(int axes) => Enumerable.Repeat<TensorIndex>(.., axes);

    /// <summary>An instruction and the values before it.</summary>
    private readonly struct Step(List<Tensor> values, GoldenOptions options)
    {
        public Tensor X => values[options.Integer("x")];

        public Tensor Y => values[options.Integer("y")];

        public Tensor Z => values[options.Integer("z")];

        public int Axis => options.Integer("axis");

        public int[] Axes => options.Integers("axes");

        public bool Keep => options.Flag("keep");

        public Tensor Indices(Shape shape) => Tensor.From(options.Integers("indices"), shape, X.Device);

        public int Integer(string name) => options.Integer(name);

        public int[] Integers(string name) => options.Integers(name);

        public bool Flag(string name) => options.Flag(name);

        public double Number(string name) => options.Number(name);

        public string Text(string name) => options.Text(name);
    }
}
