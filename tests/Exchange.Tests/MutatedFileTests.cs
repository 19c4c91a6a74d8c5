using DeepSharp.Exchange;
using DeepSharp.Layers;
using DeepSharp.Testing;
using Google.Protobuf;
using Onnx;

namespace DeepSharp.Tests;

/// <summary>For tests that look at what a device holds, which all threads share.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class AloneGroup;

/// <summary>Thousands of damaged files of other frameworks: each is read or refused, and takes memory in proportion to its size.</summary>
[Collection("alone")]
public class MutatedFileTests
{
    [Fact]
    public void Mutated_files_of_PyTorch()
    {
        string[] names = ["state", "state_legacy", "types", "types_legacy", "views", "views_legacy", "checkpoint", "checkpoint_legacy", "later", "single", "single_legacy"];
        new MutatedFiles(
            "a.pt", names.Select(static name => Path.Combine(AppContext.BaseDirectory, "torch", $"{name}.pt")),
            "cos\nsystem\n", "ctorch\nLongStorage\n", "ctorch._utils\n_rebuild_tensor_v2\n", "q\u0001", "h\u0001", "}", "(", "t", "R", "Q", ".", "0", "\u0085", "K\u0002", "J\u007f\u007f\u007f\u007f", "]", "a", "u", "e", "b")
        {
            Live = static () => Device.Cpu.Statistics.LiveBytes,
        }.Read(1500, static path =>
        {
            foreach (Tensor tensor in TorchFile.Load(path, device: Device.Cpu, convert: true).Values)
            {
                tensor.Dispose();
            }
        });
    }

    [Fact]
    public void Mutated_weights_of_ONNX()
    {
        using TemporaryFolder folder = new();
        ModelProto model = new() { Graph = new() };
        model.Graph.Initializer.Add(new TensorProto { Name = "a.weight", DataType = 1, Dims = { 2, 2 }, FloatData = { 1, 2, 3, 4.5f } });
        model.Graph.Initializer.Add(new TensorProto { Name = "steps", DataType = 7, Dims = { }, RawData = ByteString.CopyFrom([7, 0, 0, 0, 0, 0, 0, 0]) });
        model.Graph.Initializer.Add(new TensorProto { Name = "half", DataType = 10, Dims = { 3 }, Int32Data = { 0x3C00, 0, 1 } });
        File.WriteAllBytes(folder["a.onnx"], model.ToByteArray());
        new MutatedFiles("a.onnx", [folder["a.onnx"]]).Read(500, static path =>
        {
            foreach (Tensor tensor in OnnxWeights.Load(path, Device.Cpu).Values)
            {
                tensor.Dispose();
            }
        });
    }

    [Fact]
    public void Mutated_networks_of_ONNX()
    {
        using TemporaryFolder folder = new();
        Module[] models =
        [
            new Sequential(new Conv2D(1, 2, 3, padding: 1), new BatchNorm(2), new ReLU(), new MaxPool2D(2), new Flatten(), new Dense(8, 2)),
            new Sequential(new Dense(4, 4), new LayerNorm(4), new GELU(), new Dropout(0.1), new Softmax()),
            new LSTM(4, 2), new RNN(4, 2, bidirectional: true),
        ];
        Shape[] inputs = [[1, 1, 4, 4], [2, 4], [2, 3, 4], [2, 3, 4]];
        for (int i = 0; i < models.Length; i++)
        {
            new OnnxExporter().Export(models[i], Tensor.Zeros(inputs[i]), folder[$"{i}.onnx"]);
        }

        OnnxModelTests.Save(OnnxModelTests.Residual(8), folder["4.onnx"], 8);
        new MutatedFiles(
            "a.onnx", Enumerable.Range(0, models.Length + 1).Select(i => folder[$"{i}.onnx"]), "Conv", "Identity", "Constant", "LSTM", "Reshape", "Expand", "a.b", "x", "value", "activations")
        {
            Refusals = [typeof(NotSupportedException)],
        }.Read(1500, static path => OnnxModel.Load(path, Device.Cpu, dynamicBatch: true));
    }
}
