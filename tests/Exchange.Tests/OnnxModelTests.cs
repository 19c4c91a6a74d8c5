using DeepSharp.Exchange;
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

    private static GraphProto Relu() => new()
    {
        Input = { new ValueInfoProto { Name = "x" } },
        Output = { new ValueInfoProto { Name = "y" } },
        Node = { new NodeProto { OpType = "Relu", Input = { "x" }, Output = { "y" } } },
    };

    private static OnnxModel Load(GraphProto graph, long operatorSet = 17)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["model.onnx"], new ModelProto { Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = operatorSet } } }.ToByteArray());
        return OnnxModel.Load(folder["model.onnx"]);
    }

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
