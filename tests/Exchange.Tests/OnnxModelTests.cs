using DeepSharp.Exchange;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using Google.Protobuf;
using Onnx;

namespace DeepSharp.Tests;

public class OnnxModelTests
{
    private static string Files => Path.Combine(AppContext.BaseDirectory, "files");

    // Made by PyTorch, files/make_files.py.
    [Theory]
    [InlineData("cnn")]
    [InlineData("text")]
    public void What_PyTorch_exports_gives_PyTorchs_outputs_and_gradients(string name)
    {
        TensorDictionary golden = Npz.Load(Path.Combine(Files, $"{name}.npz"));
        OnnxModel model = OnnxModel.Load(Path.Combine(Files, $"{name}.onnx"));
        Assert.Equal(["x"], model.InputNames);
        model.Eval();
        Close(golden["y"], model.Forward(golden["x"]), 1e-5);
        model.Train();
        Tensor z = model.Forward(golden["x"]);
        Close(golden["z"], z, 1e-4);
        (z * z).Mean().Backward();
        int compared = 0;
        foreach ((string parameter, Parameter value) in model.NamedParameters())
        {
            if (golden.TryGetValue($"grad.{parameter}", out Tensor? gradient))
            {
                Close(gradient, value.Gradient!, 1e-5);
                compared++;
            }
        }

        Assert.True(compared >= (name == "cnn" ? 9 : 25), $"{compared} gradients; parameters {string.Join(", ", model.NamedParameters().Select(static p => p.Name))}");
    }

    [Fact]
    public void Unknown_operators_are_refused_by_name()
    {
        GraphProto graph = new();
        graph.Node.Add(new NodeProto { OpType = "Frobnicate", Name = "strange", Input = { "x" }, Output = { "y" } });
        graph.Node.Add(new NodeProto { OpType = "Loop", Domain = "com.example", Output = { "z" } });
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => Load(graph));
        Assert.Contains("Frobnicate (node 'strange')", error.Message, StringComparison.Ordinal);
        Assert.Contains("com.example.Loop (node 'z')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_is_refused()
    {
        GraphProto graph = new() { Output = { new ValueInfoProto { Name = "b" } } };
        graph.Node.Add(new NodeProto { OpType = "Relu", Name = "one", Input = { "b" }, Output = { "a" } });
        graph.Node.Add(new NodeProto { OpType = "Relu", Name = "two", Input = { "a" }, Output = { "b" } });
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Load(graph));
        Assert.Contains("the node 'one' (Relu): it reads 'b', which nothing before it makes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_set_older_than_seven_is_refused() => Assert.Contains(
        "operator set 6",
        Assert.Throws<InvalidDataException>(() => Load(Relu(), operatorSet: 6)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_node_that_cannot_be_computed_is_named()
    {
        GraphProto graph = new() { Input = { new ValueInfoProto { Name = "x" } }, Output = { new ValueInfoProto { Name = "y" } } };
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 2, 2 }, FloatData = { 1, 2, 3, 4 } });
        graph.Node.Add(new NodeProto { OpType = "MatMul", Name = "product", Input = { "x", "w" }, Output = { "y" } });
        OnnxModel model = Load(graph);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => model.Forward(Tensor.Ones([1, 3])));
        Assert.Contains("the node 'product' (MatMul)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_with_dots_are_parts_and_names_that_collide_are_kept_apart()
    {
        GraphProto graph = new() { Input = { new ValueInfoProto { Name = "x" } }, Output = { new ValueInfoProto { Name = "y" } } };
        graph.Initializer.Add(new TensorProto { Name = "a", DataType = 1, Dims = { 1 }, FloatData = { 1 } });
        graph.Initializer.Add(new TensorProto { Name = "a.b", DataType = 1, Dims = { 1 }, FloatData = { 2 } });
        graph.Node.Add(new NodeProto { OpType = "Add", Input = { "x", "a" }, Output = { "s" } });
        graph.Node.Add(new NodeProto { OpType = "Mul", Input = { "s", "a.b" }, Output = { "y" } });
        OnnxModel model = Load(graph);
        Assert.Equal(["a", "a_.b"], model.NamedParameters().Select(static named => named.Name));
        Assert.Equal([8], model.Forward(Tensor.From([3f])).ToArray<float>());
    }

    // What a file can say, each of which made another exception than one of the file's.
    [Theory]
    [InlineData("axes", "it has 9 axes; tensors have at most 8 here")]
    [InlineData("nameless", "there is a weight without a name")]
    [InlineData("twice", "the node 'double' (Identity): it makes 2 values instead of one")]
    [InlineData("copies", "its nodes make 800 bytes of copies out of 8 bytes of weights")]
    [InlineData("units", "its weights are not in the file, or not those of 1073741824 units")]
    [InlineData("direction", "what it asks for has no layer here")]
    public void Files_that_make_no_sense_are_refused_with_a_reason(string what, string reason)
    {
        GraphProto graph = Relu();
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } });
        AttributeProto attribute = what == "units" ? new() { Name = "hidden_size", I = 1 << 30 } : new() { Name = "direction", S = ByteString.CopyFromUtf8("sideways") };
        switch (what)
        {
            case "axes":
                graph.Initializer.Add(new TensorProto { Name = "v", DataType = 1, Dims = { Enumerable.Repeat(1L, 9) }, FloatData = { 1 } });
                break;
            case "nameless":
                graph.Initializer.Add(new TensorProto { DataType = 1, Dims = { 1 }, FloatData = { 1 } });
                break;
            case "twice":
                graph.Node.Add(new NodeProto { OpType = "Identity", Name = "double", Input = { "w" }, Output = { "a", "b" } });
                break;
            case "copies":
                graph.Node.AddRange(Enumerable.Range(0, 100).Select(static i => new NodeProto { OpType = "Identity", Input = { "w" }, Output = { $"w{i}" } }));
                break;
            default:
                graph.Node.Add(new NodeProto { OpType = "LSTM", Input = { "x", "w", "w" }, Output = { "z" }, Attribute = { attribute } });
                break;
        }

        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Load(graph)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_ten_thousand_dots_is_one_name_and_a_layer_may_be_named_as_a_weight()
    {
        using TemporaryFolder folder = new();
        GRU gru = new(2, 3);
        new OnnxExporter().Export(gru, Tensor.Zeros([4, 1, 2]), folder["gru.onnx"]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["gru.onnx"]));
        string deep = string.Join('.', Enumerable.Repeat("a", 10_000));
        NodeProto node = model.Graph.Node.Single(static node => node.OpType == "GRU");
        node.Name = "same";
        foreach (string name in (string[])["same", deep])
        {
            model.Graph.Initializer.Add(new TensorProto { Name = name, DataType = 1, Dims = { 1 }, FloatData = { 1 } });
            model.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { name }, Output = { $"{name}_out" } });
        }

        OnnxModel read = Load(model.Graph);
        string[] names = [.. read.NamedParameters().Select(static named => named.Name)];
        Assert.Contains("same.weight_ih_l0", names);
        Assert.Contains("same_", names);
        Assert.Contains(deep.Replace('.', '_'), names);
    }

    // As CNTK wrote residual networks: operator set 8, one image, and less padding behind than before. On images of 8 no window reaches what is missing;
    // on those of 9 the last one does.
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void A_network_written_for_one_sample_takes_batches_if_it_is_asked_to(int side)
    {
        using TemporaryFolder folder = new();
        GraphProto graph = Residual(side);
        Save(graph, folder["m.onnx"], operatorSet: 8);
        OnnxModel model = OnnxModel.Load(folder["m.onnx"], dynamicBatch: true);
        model.Eval();
        Tensor x = Tensor.Normal([3, 2, side, side], generator: new Generator(4));
        Tensor expected = Tensor.Concatenate([.. Enumerable.Range(0, 3).Select(i => OnnxExporterTests.Run(folder["m.onnx"], x.Narrow(0, i, 1)))]);
        Close(expected, model.Forward(x), 1e-5);

        ArgumentException error = Assert.Throws<ArgumentException>(() => OnnxModel.Load(folder["m.onnx"]).Forward(x));
        Assert.Contains($"the input x is [3, 2, {side}, {side}], and the file says [1, 2, {side}, {side}]", error.Message, StringComparison.Ordinal);
        Assert.Contains("dynamicBatch: true", error.Message, StringComparison.Ordinal);
        ArgumentException other = Assert.Throws<ArgumentException>(() => model.Forward(Tensor.Ones([3, 1, side, side])));
        Assert.Contains($"the file says [?, 2, {side}, {side}]", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_written_for_one_sample_learns_from_batches()
    {
        using TemporaryFolder folder = new();
        Save(Residual(8), folder["m.onnx"], operatorSet: 8);
        OnnxModel model = OnnxModel.Load(folder["m.onnx"], dynamicBatch: true);
        Tensor x = Tensor.Normal([5, 2, 8, 8], generator: new Generator(4));
        Tensor target = Tensor.Normal([5, 3, 1, 1], generator: new Generator(5));
        SGD optimizer = new(model.Parameters(), learningRate: 0.05);
        float mean = model.State()["mean"].ToArray<float>()[0];
        List<double> losses = [];
        for (int step = 0; step < 20; step++)
        {
            optimizer.ZeroGradients();
            Tensor loss = (model.Forward(x) - target).Square().Mean();
            losses.Add(loss.Item());
            loss.Backward();
            optimizer.Step();
        }

        Assert.Equal(["stem", "inner", "scale", "shift"], model.NamedParameters().Select(static named => named.Name));
        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(", ", losses));
        Assert.NotEqual(mean, model.State()["mean"].ToArray<float>()[0]);
    }

    [Fact]
    public void A_graph_that_has_the_batch_in_its_constants_is_told_from_one_that_has_not()
    {
        GraphProto graph = new() { Input = { Value("x", 1, 2, 3) }, Output = { Value("y", 1, 6) } };
        graph.Initializer.Add(new TensorProto { Name = "shape", DataType = 7, Dims = { 2 }, Int64Data = { 1, -1 } });
        graph.Node.Add(new NodeProto { OpType = "Reshape", Input = { "x", "shape" }, Output = { "y" } });
        OnnxModel model = Load(graph, dynamicBatch: true);
        Assert.Equal(new Shape(1, 6), model.Forward(Tensor.Ones([1, 2, 3])).Shape);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => model.Forward(Tensor.Ones([4, 2, 3])));
        Assert.Contains("the output 'y' is [1, 24] for a batch of 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_of_different_first_lengths_are_no_batch()
    {
        GraphProto graph = new() { Input = { Value("a", 1, 2), Value("b", 3, 2) }, Output = { Value("y", 3, 2) } };
        graph.Node.Add(new NodeProto { OpType = "Add", Input = { "a", "b" }, Output = { "y" } });
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Load(graph, dynamicBatch: true));
        Assert.Contains("the first axes of its inputs a, b are 1, 3 long", error.Message, StringComparison.Ordinal);
    }

    // One residual block between a stem and an average.
    internal static GraphProto Residual(int side)
    {
        GraphProto graph = new() { Name = "residual", Input = { Value("x", 1, 2, side, side) }, Output = { Value("y", 1, 3, 1, 1) } };
        int seed = 0;
        foreach ((string name, int[] shape) in ((string, int[])[])[("stem", [3, 2, 3, 3]), ("inner", [3, 3, 3, 3]), ("scale", [3]), ("shift", [3]), ("mean", [3])])
        {
            graph.Initializer.Add(Weight(name, Tensor.Normal(new Shape(shape), generator: new Generator((ulong)++seed)) * 0.5));
        }

        graph.Initializer.Add(Weight("variance", Tensor.From([0.5f, 1, 2])));
        graph.Node.Add(Windowed("Conv", ["x", "stem"], "a", 3, 2, [1, 1, 0, 0]));
        graph.Node.Add(Windowed("MaxPool", ["a"], "b", 3, 2, [1, 1, 0, 0]));
        graph.Node.Add(Windowed("Conv", ["b", "inner"], "c", 3, 1, [1, 1, 1, 1]));
        graph.Node.Add(new NodeProto
        {
            OpType = "BatchNormalization",
            Input = { "c", "scale", "shift", "mean", "variance" },
            Output = { "d" },
            Attribute = { new AttributeProto { Name = "spatial", Type = AttributeProto.Types.AttributeType.Int, I = 1 } },
        });
        graph.Node.Add(new NodeProto { OpType = "Add", Input = { "d", "b" }, Output = { "e" } });
        graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "e" }, Output = { "f" } });
        graph.Node.Add(new NodeProto { OpType = "GlobalAveragePool", Input = { "f" }, Output = { "y" } });
        return graph;
    }

    private static NodeProto Windowed(string type, string[] inputs, string output, int kernel, int stride, int[] pads) => new()
    {
        OpType = type,
        Input = { inputs },
        Output = { output },
        Attribute = { Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", pads) },
    };

    private static AttributeProto Ints(string name, params int[] values) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Ints,
        Ints = { values.Select(static value => (long)value) },
    };

    private static TensorProto Weight(string name, Tensor value) => new()
    {
        Name = name,
        DataType = 1,
        Dims = { value.Shape.ToArray().Select(static length => (long)length) },
        FloatData = { value.ToArray<float>() },
    };

    private static ValueInfoProto Value(string name, params int[] shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = 1,
                Shape = new TensorShapeProto { Dim = { shape.Select(static length => new TensorShapeProto.Types.Dimension { DimValue = length }) } },
            },
        },
    };

    private static GraphProto Relu() => new()
    {
        Input = { new ValueInfoProto { Name = "x" } },
        Output = { new ValueInfoProto { Name = "y" } },
        Node = { new NodeProto { OpType = "Relu", Input = { "x" }, Output = { "y" } } },
    };

    private static OnnxModel Load(GraphProto graph, long operatorSet = 17, bool dynamicBatch = false)
    {
        using TemporaryFolder folder = new();
        Save(graph, folder["model.onnx"], operatorSet);
        return OnnxModel.Load(folder["model.onnx"], dynamicBatch: dynamicBatch);
    }

    internal static void Save(GraphProto graph, string path, long operatorSet) => File.WriteAllBytes(
        path, new ModelProto { IrVersion = 3, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = operatorSet } } }.ToByteArray());

    internal static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] a = expected.To(DType.Float64).ToArray<double>();
        double[] b = actual.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < a.Length; i++)
        {
            Assert.True(Math.Abs(a[i] - b[i]) <= tolerance * Math.Max(1, Math.Abs(a[i])), $"[{i}]: {a[i]} and {b[i]}");
        }
    }
}
