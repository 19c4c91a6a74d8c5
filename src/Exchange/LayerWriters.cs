using DeepSharp.Layers;
using Writing = System.Func<DeepSharp.Exchange.OnnxGraph, DeepSharp.Layers.Module, System.Collections.Generic.IReadOnlyList<DeepSharp.Exchange.OnnxValue>,
    DeepSharp.Exchange.OnnxValue>;

namespace DeepSharp.Exchange;

/// <summary>How each layer is written in ONNX's operators, and why some are not.</summary>
internal static partial class LayerWriters
{
    /// <summary>The writers by the layers' types.</summary>
    internal static IReadOnlyDictionary<Type, Writing> All { get; } =
        new Dictionary<Type, Writing>([.. Containers(), .. Activations(), .. Dense(), .. Norms(), .. Images(), .. Recurrent(), .. Sequences()]);

    /// <summary>The layers that have no writer, with the reason.</summary>
    internal static IReadOnlyDictionary<Type, string> Unwritten { get; } = new Dictionary<Type, string>
    {
        [typeof(Lambda)] = "it is a function of which nobody knows what it computes; make a module of it",
        [typeof(Fold)] = "ONNX's operator set 17 has nothing that adds up patches",
        [typeof(Unfold)] = "ONNX's operator set 17 has nothing that takes patches apart",
        [typeof(RNNCell)] = "its state is an input of the one who calls it; export an RNN",
        [typeof(LSTMCell)] = "its state is an input of the one who calls it; export an LSTM",
        [typeof(GRUCell)] = "its state is an input of the one who calls it; export a GRU",
    };

    // A layer of one input, whose output for the example it computes itself.
    private static KeyValuePair<Type, Writing> Of<TModule>(Func<OnnxGraph, TModule, OnnxValue, string> write)
        where TModule : Module => new(typeof(TModule), (graph, module, inputs) =>
        {
            OnnxValue x = Only(module, inputs);
            Tensor example = module.Forward(x.Example);
            return new OnnxValue(write(graph, (TModule)module, x), example);
        });

    private static KeyValuePair<Type, Writing> OfParts<TModule>(Func<OnnxGraph, TModule, IReadOnlyList<OnnxValue>, OnnxValue> write)
        where TModule : Module => new(typeof(TModule), (graph, module, inputs) => write(graph, (TModule)module, inputs));

    private static OnnxValue Only(Module module, IReadOnlyList<OnnxValue> inputs) => inputs.Count == 1
        ? inputs[0]
        : throw new ArgumentException($"OnnxExporter: a {module.GetType().Name} takes one input, not {inputs.Count}.");

    private static IEnumerable<KeyValuePair<Type, Writing>> Containers() =>
    [
        OfParts<Sequential>(static (graph, chain, inputs) =>
        {
            OnnxValue x = Only(chain, inputs);
            foreach (Module module in graph.FoldsBatchNorm && chain.Count > 0 ? chain.Fuse() : chain)
            {
                x = graph.Write(module, x);
            }

            return x;
        }),
        OfParts<Residual>(static (graph, residual, inputs) =>
        {
            OnnxValue body = graph.Write(residual.Body, Only(residual, inputs));
            return Sum(graph, body, residual.Shortcut is null ? inputs[0] : graph.Write(residual.Shortcut, inputs[0]));
        }),
        OfParts<Branches>(static (graph, branches, inputs) => branches.AddsUp
            ? Write(graph, branches, inputs).Aggregate((a, b) => Sum(graph, a, b))
            : throw new NotSupportedException("OnnxExporter: how a Branches with a function of its own joins its outputs is not known. Make a module of it and say it by AddWriter.")),
        OfParts<Concat>(static (graph, concat, inputs) =>
        {
            OnnxValue[] parts = Write(graph, concat, inputs);
            return new OnnxValue(
                graph.Add("Concat", parts.Select(static part => part.Name), ("axis", concat.Axis)),
                Tensor.Concatenate([.. parts.Select(static part => part.Example)], concat.Axis));
        }),
        OfParts<Ensemble>(static (graph, ensemble, inputs) =>
        {
            OnnxValue x = Only(ensemble, inputs);
            OnnxValue[] parts = [.. ensemble.Members.Select(member => graph.Write(member, x))];
            Tensor example = ensemble.Forward(x.Example);
            if (ensemble.Average == EnsembleAverage.Outputs)
            {
                return new OnnxValue(graph.Add("Mean", parts.Select(static part => part.Name)), example);
            }

            int axis = Math.Min(1, example.Rank - 1);
            string[] logarithms = [.. parts.Select(part => graph.Add(
                "Unsqueeze", [graph.Add("LogSoftmax", [part.Name], ("axis", axis)), graph.Integers(0)]))];
            string sum = graph.Add("ReduceLogSumExp", [graph.Add("Concat", logarithms, ("axis", 0))], ("axes", (int[])[0]), ("keepdims", 0));
            return new OnnxValue(graph.Add("Sub", [sum, graph.Number(Math.Log(parts.Length), parts[0])]), example);
        }),
        OfParts<WeightNorm>(WriteReparametrization), OfParts<SpectralNorm>(WriteReparametrization),
    ];

    private static OnnxValue WriteReparametrization(OnnxGraph graph, Reparametrization norm, IReadOnlyList<OnnxValue> inputs)
    {
        Parameter weight = norm.Layer switch
        {
            Dense dense => dense.Weight,
            ConvolutionLayer convolution => convolution.Weight,
            _ => throw new NotSupportedException($"OnnxExporter: how the weight of a {norm.Layer.GetType().Name} is computed is not known."),
        };
        graph.Replace(weight, norm.ComputeWeight());
        return graph.Write(norm.Layer, Only(norm, inputs)) with { Example = norm.Forward(inputs[0].Example) };
    }

    private static OnnxValue[] Write(OnnxGraph graph, Branches branches, IReadOnlyList<OnnxValue> inputs) =>
        [.. branches.Children.Select((child, i) => graph.Write(child.Value, inputs[inputs.Count == 1 ? 0 : i]))];

    internal static OnnxValue Sum(OnnxGraph graph, OnnxValue a, OnnxValue b) => new(graph.Add("Add", [a.Name, b.Name]), a.Example + b.Example);

    // Another shape of the same elements. The first axis may have another length where the file is run, if it is the same in both.
    internal static string Reshape(OnnxGraph graph, string x, Shape from, Shape to)
    {
        int[] lengths = to.ToArray();
        if (from.Rank > 0 && to.Rank > 0)
        {
            lengths[0] = from[0] == to[0] ? 0 : -1;
        }

        return graph.Add("Reshape", [x, graph.Integers(lengths)]);
    }

    private static IEnumerable<KeyValuePair<Type, Writing>> Dense() =>
    [
        Of<Dense>(static (graph, dense, x) =>
        {
            if (x.Shape.Rank == 2)
            {
                return graph.Add(
                    "Gemm", dense.Bias is null ? [x.Name, graph.Weight(dense.Weight)] : [x.Name, graph.Weight(dense.Weight), graph.Weight(dense.Bias)], ("transB", 1));
            }

            string product = graph.Add("MatMul", [x.Name, graph.Add("Transpose", [graph.Weight(dense.Weight)], ("perm", (int[])[1, 0]))]);
            return dense.Bias is null ? product : graph.Add("Add", [product, graph.Weight(dense.Bias)]);
        }),
        OfParts<Bilinear>(static (graph, bilinear, inputs) =>
        {
            if (inputs.Count != 2 || inputs[0].Shape.Rank != 2)
            {
                throw new ArgumentException($"OnnxExporter: a Bilinear takes two inputs [N, features], not {inputs.Count}.");
            }

            string product = graph.Add("Einsum", [inputs[0].Name, graph.Weight(bilinear.Weight), inputs[1].Name], ("equation", "ni,oij,nj->no"));
            return new OnnxValue(
                bilinear.Bias is null ? product : graph.Add("Add", [product, graph.Weight(bilinear.Bias)]), bilinear.Forward(inputs[0].Example, inputs[1].Example));
        }),
        Of<Embedding>(static (graph, embedding, x) => graph.Add("Gather", [graph.Weight(embedding.Weight), x.Name], ("axis", 0))),
        Of<EmbeddingBag>(static (graph, bag, x) =>
        {
            string rows = graph.Add("Gather", [graph.Weight(bag.Weight), x.Name], ("axis", 0));
            return bag.PaddingIndex is not null
                ? throw new NotSupportedException("OnnxExporter: an EmbeddingBag with a padding index cannot be written; make one without.")
                : bag.Mode switch
                {
                    BagMode.Sum => graph.Add("ReduceSum", [rows, graph.Integers(1)], ("keepdims", 0)),
                    BagMode.Mean => graph.Add("ReduceMean", [rows], ("axes", (int[])[1]), ("keepdims", 0)),
                    _ => graph.Add("ReduceMax", [rows], ("axes", (int[])[1]), ("keepdims", 0)),
                };
        }),
        Of<Flatten>(static (graph, layer, x) => Reshape(graph, x.Name, x.Shape, layer.Forward(x.Example).Shape)),
        Of<Reshape>(static (graph, layer, x) => Reshape(graph, x.Name, x.Shape, layer.Forward(x.Example).Shape)),
        Of<Unflatten>(static (graph, layer, x) => Reshape(graph, x.Name, x.Shape, layer.Forward(x.Example).Shape)),
        Of<Dropout>(Nothing), Of<AlphaDropout>(Nothing), Of<Dropout1D>(Nothing), Of<Dropout2D>(Nothing), Of<Dropout3D>(Nothing),
    ];

    // What does nothing in evaluation mode.
    private static string Nothing(OnnxGraph graph, Module module, OnnxValue x) => x.Name;

    private static IEnumerable<KeyValuePair<Type, Writing>> Norms() =>
    [
        Of<BatchNorm>(static (graph, norm, x) => norm.TracksRunningStatistics
            ? FixedNorm(graph, x, norm.Features, norm.Weight, norm.Bias, norm.RunningMean, norm.RunningVariance, norm.Epsilon, 1 - (norm.Momentum ?? 0.1))
            : throw new NotSupportedException("OnnxExporter: a BatchNorm without running statistics computes with those of the batch, which ONNX's does in training alone.")),
        Of<InstanceNorm1D>(Instance), Of<InstanceNorm2D>(Instance), Of<InstanceNorm3D>(Instance),
        Of<LayerNorm>(static (graph, norm, x) => graph.Add(
            "LayerNormalization",
            [x.Name, Given(graph, norm.Weight, Tensor.Ones(norm.NormalizedShape, x.Example.DType)), .. norm.Bias is null ? (string[])[] : [graph.Weight(norm.Bias)]],
            ("axis", -norm.NormalizedShape.Rank), ("epsilon", norm.Epsilon))),
        Of<GroupNorm>(static (graph, norm, x) =>
        {
            string groups = graph.Add("Reshape", [x.Name, graph.Integers(0, norm.Groups, -1)]);
            string normal = graph.Add(
                "InstanceNormalization",
                [groups, graph.Constant(Tensor.Ones(norm.Groups, x.Example.DType)), graph.Constant(Tensor.Zeros(norm.Groups, x.Example.DType))], ("epsilon", norm.Epsilon));
            return Scaled(graph, Reshape(graph, normal, x.Shape, x.Shape), norm.Weight, norm.Bias, norm.Channels, x.Shape.Rank - 2);
        }),
        Of<RMSNorm>(static (graph, norm, x) =>
        {
            int[] axes = [.. Enumerable.Range(-norm.NormalizedShape.Rank, norm.NormalizedShape.Rank)];
            string mean = graph.Add("ReduceMean", [graph.Add("Mul", [x.Name, x.Name])], ("axes", axes), ("keepdims", 1));
            double epsilon = norm.Epsilon ?? (x.Example.DType == DType.Float64 ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1);
            string root = graph.Add("Sqrt", [graph.Add("Add", [mean, graph.Number(epsilon, x)])]);
            string normal = graph.Add("Div", [x.Name, root]);
            return norm.Weight is null ? normal : graph.Add("Mul", [normal, graph.Weight(norm.Weight)]);
        }),
        Of<LocalResponseNorm>(static (graph, norm, x) => norm.Size % 2 == 0
            ? throw new NotSupportedException($"OnnxExporter: {norm} of an even size; ONNX begins its sum one channel further on.")
            : graph.Add("LRN", [x.Name], ("size", norm.Size), ("alpha", norm.Alpha), ("beta", norm.Beta), ("bias", norm.K))),
        Of<Normalization>(static (graph, norm, x) =>
        {
            int axis = norm.Axis is { } given ? given < 0 ? given + x.Shape.Rank : given : x.Shape.Rank - 1;
            int[] dims = [norm.Features, .. Enumerable.Repeat(1, x.Shape.Rank - axis - 1)];
            string centred = graph.Add("Sub", [x.Name, graph.Constant(norm.Mean.Reshape(dims))]);
            return graph.Add("Div", [centred, graph.Constant(norm.Variance.Sqrt().ClampMin(1e-7).Reshape(dims))]);
        }),
    ];

    private static string Instance(OnnxGraph graph, InstanceNorm norm, OnnxValue x)
    {
        if (norm.TracksRunningStatistics)
        {
            IReadOnlyDictionary<string, Tensor> state = norm.State();
            return FixedNorm(graph, x, norm.Features, norm.Weight, norm.Bias, state["running_mean"], state["running_var"], norm.Epsilon, 1 - norm.Momentum);
        }

        return graph.Add(
            "InstanceNormalization",
            [
                x.Name, Given(graph, norm.Weight, Tensor.Ones(norm.Features, x.Example.DType)),
                Given(graph, norm.Bias, Tensor.Zeros(norm.Features, x.Example.DType)),
            ],
            ("epsilon", norm.Epsilon));
    }

    private static string FixedNorm(
        OnnxGraph graph, OnnxValue x, int features, Tensor? weight, Tensor? bias, Tensor mean, Tensor variance, double epsilon, double momentum) => graph.Add(
        "BatchNormalization",
        [
            x.Name, Given(graph, weight, Tensor.Ones(features, mean.DType)), Given(graph, bias, Tensor.Zeros(features, mean.DType)), graph.Weight(mean),
            graph.Weight(variance),
        ],
        ("epsilon", epsilon), ("momentum", momentum));

    // Times a weight and plus a bias for each channel, with some axes behind.
    private static string Scaled(OnnxGraph graph, string x, Tensor? weight, Tensor? bias, int channels, int axes)
    {
        int[] dims = [channels, .. Enumerable.Repeat(1, axes)];
        x = weight is null ? x : graph.Add("Mul", [x, graph.Add("Reshape", [graph.Weight(weight), graph.Integers(dims)])]);
        return bias is null ? x : graph.Add("Add", [x, graph.Add("Reshape", [graph.Weight(bias), graph.Integers(dims)])]);
    }

    // What ONNX asks for and the layer does not have is no weight either.
    private static string Given(OnnxGraph graph, Tensor? weight, Tensor instead) => weight is null ? graph.Constant(instead) : graph.Weight(weight);
}
