using Google.Protobuf;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>Reads ONNX files.</summary>
internal static class OnnxFile
{
    /// <summary>The model of a file.</summary>
    /// <exception cref="InvalidDataException">The file is no ONNX model.</exception>
    internal static ModelProto Read(string path)
    {
        // Out of memory, not from a stream: then no length in the file is believed that goes beyond its end.
        byte[] bytes = new FileInfo(path) is { Exists: true, Length: > int.MaxValue - 64 } file
            ? throw new InvalidDataException($"{path}: {file.Length} bytes. An ONNX file has less than 2 GB; larger models keep their weights in files beside it.")
            : File.ReadAllBytes(path);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path}: no ONNX model, or a damaged one: {e.Message}", e);
        }

        return model.Graph is null || model.Graph.Node.Count + model.Graph.Initializer.Count == 0
            ? throw new InvalidDataException($"{path}: no ONNX model; it has no graph.")
            : model;
    }
}
