using DeepSharp.Exchange;
using DeepSharp.Layers;
using Google.Protobuf;
using Onnx;

namespace DeepSharp.Tests;

public class OnnxWeightsTests
{
    [Fact]
    public void Initializers_have_the_files_names_types_and_values()
    {
        using TemporaryFolder folder = new();
        ModelProto model = new() { Graph = new() };
        model.Graph.Initializer.Add(new TensorProto { Name = "a.weight", DataType = 1, Dims = { 2, 2 }, FloatData = { 1, 2, 3, 4.5f } });
        model.Graph.Initializer.Add(new TensorProto { Name = "steps", DataType = 7, Dims = { }, RawData = ByteString.CopyFrom([7, 0, 0, 0, 0, 0, 0, 0]) });
        string path = Write(folder, model);
        Dictionary<string, Tensor> weights = OnnxWeights.Load(path);
        Assert.Equal([1, 2, 3, 4.5f], weights["a.weight"].ToArray<float>());
        Assert.Equal(new Shape(2, 2), weights["a.weight"].Shape);
        Assert.Equal(7, weights["steps"].Item());
        Assert.Equal(DType.Int64, weights["steps"].DType);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "the file has 0 of them")]
    [InlineData(new byte[] { 1, 2, 3, 4 }, "the file has 1 of them")]
    public void A_weight_whose_shape_does_not_fit_its_values_is_refused(byte[] raw, string said)
    {
        using TemporaryFolder folder = new();
        ModelProto model = new() { Graph = new() };
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 1 << 30 }, RawData = ByteString.CopyFrom(raw) });
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => OnnxWeights.Load(Write(folder, model)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_we_export_goes_back_into_a_network_by_name()
    {
        using TemporaryFolder folder = new();
        Sequential model = Make(1);
        new OnnxExporter().Export(model, Tensor.Zeros([1, 2, 8, 8]), folder["model.onnx"]);
        Sequential other = Make(2);
        Dictionary<string, Tensor> weights = OnnxWeights.Load(folder["model.onnx"]);
        Assert.Empty(weights.Keys.Except(model.State().Keys));
        other.LoadState(weights, strict: false);
        model.Eval();
        other.Eval();
        Tensor x = Tensor.Normal([3, 2, 8, 8]);
        Assert.Equal(model.Forward(x).ToArray<float>(), other.Forward(x).ToArray<float>());

        static Sequential Make(ulong seed) =>
        [
            new Conv2D(2, 4, 3, padding: 1, generator: new Generator(seed)), new BatchNorm(4), new GELU(), new Upsample(scaleFactor: [2]), new MaxPool2D(4), new Flatten(),
            new LayerNorm(64, affine: false), new Dense(64, 3, generator: new Generator(seed)),
        ];
    }

    [Fact]
    public void A_folder_or_no_file_is_told_by_its_name()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("expected an ONNX file and found a folder", Assert.Throws<FileNotFoundException>(() => OnnxModel.Load(folder["."])).Message, StringComparison.Ordinal);
        Assert.Contains("expected an ONNX file and found no file", Assert.Throws<FileNotFoundException>(() => OnnxWeights.Load(folder["none.onnx"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        using TemporaryFolder folder = new();
        ModelProto model = new() { Graph = new() };
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 4 }, FloatData = { 1, 2, 3, 4 } });
        byte[] whole = model.ToByteArray();
        for (int length = 0; length < whole.Length; length++)
        {
            string path = folder["cut.onnx"];
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => OnnxWeights.Load(path));
        }
    }

    [Theory]
    [InlineData("../values.bin")]
    [InlineData("/etc/hostname")]
    public void Values_outside_the_models_folder_are_refused(string location)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["values.bin"], new byte[4]);
        Directory.CreateDirectory(folder["inner"]);
        TensorProto weight = new()
        {
            Name = "w",
            DataType = 1,
            Dims = { 1 },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
        };
        string path = Path.Combine(folder["inner"], "model.onnx");
        File.WriteAllBytes(path, new ModelProto { Graph = new() { Initializer = { weight } } }.ToByteArray());
        Assert.Contains("folder", Assert.Throws<InvalidDataException>(() => OnnxWeights.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_in_a_file_beside_the_model_are_read()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["values.bin"], [9, 9, 9, 9, 0, 0, 128, 63, 0, 0, 0, 64]);
        TensorProto weight = new()
        {
            Name = "w",
            DataType = 1,
            Dims = { 2 },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData =
            {
                new StringStringEntryProto { Key = "location", Value = "values.bin" },
                new StringStringEntryProto { Key = "offset", Value = "4" },
            },
        };
        Assert.Equal([1, 2], OnnxWeights.Load(Write(folder, new ModelProto { Graph = new() { Initializer = { weight } } }))["w"].ToArray<float>());
    }

    private static string Write(TemporaryFolder folder, ModelProto model)
    {
        string path = folder["model.onnx"];
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
