using DeepSharp.Exchange;
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
}
