using Google.Protobuf;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>Reads ONNX files.</summary>
internal static class OnnxFile
{
    /// <summary>The model of a file.</summary>
    /// <exception cref="InvalidDataException">The file is no ONNX model.</exception>
    /// <exception cref="IOException">The file is not there, a folder, or cannot be read.</exception>
    internal static ModelProto Read(string path)
    {
        // Out of memory, not from a stream: then no length in the file is believed that goes beyond its end.
        using FileStream file = InputFile.Open(path, "an ONNX file", seeks: true);
        if (file.Length > int.MaxValue - 64)
        {
            throw new InvalidDataException($"{path}: {file.Length} bytes. An ONNX file has less than 2 GB; larger models keep their weights in files beside it.");
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
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
