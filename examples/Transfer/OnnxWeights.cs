using System.Runtime.InteropServices;
using Onnx;

namespace DeepSharp.Examples.Transfer;

/// <summary>The weights of a ResNet-18 in an ONNX file, under the names that they have here.</summary>
internal static class OnnxWeights
{
    /// <summary>The state of a <see cref="ResNet18"/>.</summary>
    /// <remarks>
    /// The names in the file mean nothing (Parameter91), so each convolution, with the batch norm that reads it, is told by its place: the first is
    /// the stem, then come two to a block, two blocks to a stage and the rest to the last; one of 1 x 1 is the shortcut of the block that follows. The file pads strided convolutions by one
    /// less behind the image than before it; of images with even sides, the number that is left out is one that no window reaches.
    /// </remarks>
    /// <exception cref="InvalidDataException">The file holds another network.</exception>
    internal static Dictionary<string, Tensor> OfResNet18(string file)
    {
        GraphProto graph = ModelProto.Parser.ParseFromFile(file).Graph;
        Dictionary<string, Tensor> state = [];
        int convolutions = 0;
        foreach (NodeProto convolution in graph.Node.Where(static node => node.OpType == "Conv"))
        {
            NodeProto norm = graph.Node.FirstOrDefault(node => node.OpType == "BatchNormalization" && node.Input[0] == convolution.Output[0])
                ?? throw new InvalidDataException($"{file}: no batch norm reads the convolution {convolution.Name}.");
            Tensor weight = Weight(graph, convolution.Input[1]);
            int block = (convolutions - 1) / 2;
            int stage = Math.Min(block / 2, 3);
            string place = $"layer{stage + 1}.{block - (2 * stage)}.sum";
            (string own, string ownNorm) = (convolutions, weight.Shape[2]) switch
            {
                (0, _) => ("conv1", "bn1"),
                (_, 1) => ($"{place}.shortcut.conv", $"{place}.shortcut.bn"),
                _ => ($"{place}.body.conv{((convolutions - 1) % 2) + 1}", $"{place}.body.bn{((convolutions - 1) % 2) + 1}"),
            };
            convolutions += weight.Shape[2] == 1 ? 0 : 1;
            state.Add($"{own}.weight", weight);
            string[] parts = ["weight", "bias", "running_mean", "running_var"];
            for (int i = 0; i < parts.Length; i++)
            {
                state.Add($"{ownNorm}.{parts[i]}", Weight(graph, norm.Input[i + 1]));
            }
        }

        return state;
    }

    /// <summary>The only weight of a file: the mean that is taken from an image before it is shown, [1, 3, H, W].</summary>
    internal static Tensor MeanImage(string file)
    {
        GraphProto graph = ModelProto.Parser.ParseFromFile(file).Graph;
        return Weight(graph, graph.Initializer.Single().Name);
    }

    private static Tensor Weight(GraphProto graph, string name)
    {
        TensorProto weight = graph.Initializer.First(tensor => tensor.Name == name);
        float[] values = weight.FloatData.Count > 0 ? [.. weight.FloatData] : MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
        return Tensor.From(values, new Shape([.. weight.Dims.Select(static length => (int)length)]));
    }
}
