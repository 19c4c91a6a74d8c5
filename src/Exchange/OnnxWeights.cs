using Onnx;

namespace DeepSharp.Exchange;

/// <summary>The weights of an ONNX file by name, for a network that is built here.</summary>
/// <remarks>
/// Names are the file's. PyTorch's exporter keeps those of its modules, and <see cref="OnnxExporter"/> those of ours, which are the same:
/// <c>model.LoadState(OnnxWeights.Load("model.onnx"), strict: false)</c>, since what is no weight in ONNX, such as the batches that batch norm has counted, is not
/// there. Those of recurrent layers are put together in another order in ONNX, and have no names of layers. The names of a network that was named otherwise are
/// changed in the dictionary before.
/// </remarks>
public static class OnnxWeights
{
    /// <summary>The initializers of a file, each in the element type that it has there; small integer types become the next larger one here.</summary>
    /// <param name="path">An ONNX file. Values that it keeps in files beside it are read from its folder, and from nowhere else.</param>
    /// <param name="device">Where the tensors go; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no ONNX model, or a weight is of a type that no tensor has here.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelProto model = OnnxFile.Read(path);
        Dictionary<string, TensorProto> weights = [];
        foreach (TensorProto weight in model.Graph.Initializer)
        {
            // All are looked at before any memory is taken.
            OnnxTensor.Check(weight, path);
            if (!weights.TryAdd(weight.Name, weight))
            {
                throw new InvalidDataException($"{path}: there are two weights of the name '{weight.Name}'.");
            }
        }

        return weights.ToDictionary(static named => named.Key, named => OnnxTensor.Read(named.Value, path, device).Keep());
    }
}
