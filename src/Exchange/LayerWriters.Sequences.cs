using DeepSharp.Layers;
using Writing = System.Func<DeepSharp.Exchange.OnnxGraph, DeepSharp.Layers.Module, System.Collections.Generic.IReadOnlyList<DeepSharp.Exchange.OnnxValue>,
    DeepSharp.Exchange.OnnxValue>;

namespace DeepSharp.Exchange;

/// <summary>Recurrent layers, and positions.</summary>
internal static partial class LayerWriters
{
    private static IEnumerable<KeyValuePair<Type, Writing>> Recurrent() =>
    [
        Of<LSTM>(static (graph, layer, x) => layer.ProjectionSize > 0
            ? throw new NotSupportedException("OnnxExporter: ONNX's LSTM has no projection of its state.")
            : Recurrence(graph, "LSTM", layer, x, null)),
        Of<GRU>(static (graph, layer, x) => Recurrence(graph, "GRU", layer, x, null)),
        Of<RNN>(static (graph, layer, x) => Recurrence(graph, "RNN", layer, x, layer.Nonlinearity == RecurrentNonlinearity.ReLU ? "Relu" : "Tanh")),
    ];

    private static IEnumerable<KeyValuePair<Type, Writing>> Sequences() =>
    [
        Of<LearnedEncoding>(static (graph, layer, x) => graph.Add(
            "Add", [x.Name, Positions(graph, x, graph.Add("Slice", [graph.Weight(layer.Weight), graph.Integers(0), graph.Integers(Steps(x, layer.BatchFirst)), graph.Integers(0)]), layer.BatchFirst)])),
        Of<SinusoidalEncoding>(static (graph, layer, x) =>
        {
            // What the layer adds to zeros is its table.
            Tensor table = layer.Forward(Tensor.Zeros([Steps(x, layer.BatchFirst), layer.Features], x.Example.DType, x.Example.Device));
            return graph.Add("Add", [x.Name, Positions(graph, x, graph.Constant(table), layer.BatchFirst)]);
        }),
        Of<RotaryEmbedding>(static (graph, layer, x) => AttentionWriter.Turned(graph, layer, x.Name, x.Shape[^2])),
        OfParts<MultiHeadAttention>(static (graph, layer, inputs) => inputs.Count is 1 or 3
            ? AttentionWriter.Write(graph, layer, inputs[0], inputs[inputs.Count / 2], inputs[^1], false)
            : throw new ArgumentException($"OnnxExporter: a MultiHeadAttention takes one input, or queries, keys and values, not {inputs.Count}.")),
        OfParts<TransformerEncoderLayer>(static (graph, layer, inputs) => AttentionWriter.EncoderLayer(graph, layer, Only(layer, inputs), false)),
        OfParts<TransformerDecoderLayer>(static (graph, layer, inputs) => AttentionWriter.DecoderLayer(graph, layer, inputs[0], inputs[^1], false)),
        OfParts<TransformerEncoder>(static (graph, encoder, inputs) => AttentionWriter.Encoder(graph, encoder, Only(encoder, inputs), false)),
        OfParts<TransformerDecoder>(static (graph, decoder, inputs) => AttentionWriter.Decoder(graph, decoder, inputs[0], inputs[^1], false)),
        OfParts<Transformer>(static (graph, transformer, inputs) =>
        {
            if (inputs.Count != 2)
            {
                throw new ArgumentException($"OnnxExporter: a Transformer takes a source and a target, not {inputs.Count} inputs.");
            }

            OnnxValue memory = AttentionWriter.Encoder(graph, (TransformerEncoder)AttentionWriter.Child(transformer, "encoder")!, inputs[0], false);
            return AttentionWriter.Decoder(graph, (TransformerDecoder)AttentionWriter.Child(transformer, "decoder")!, inputs[1], memory, false);
        }),
    ];

    private static int Steps(OnnxValue x, bool batchFirst) => x.Shape[batchFirst && x.Shape.Rank == 3 ? 1 : 0];

    private static string Positions(OnnxGraph graph, OnnxValue x, string rows, bool batchFirst) =>
        x.Shape.Rank == 3 && !batchFirst ? graph.Add("Unsqueeze", [rows, graph.Integers(1)]) : rows;

    private static string Recurrence(OnnxGraph graph, string kind, RecurrentLayer layer, OnnxValue x, string? activation)
    {
        if (x.Shape.Rank != 3)
        {
            throw new ArgumentException($"OnnxExporter: {layer}: an example {x.Shape}. Give one with an axis for the batch.");
        }

        // ONNX counts the axis of steps first.
        string value = layer.BatchFirst ? graph.Add("Transpose", [x.Name], ("perm", (int[])[1, 0, 2])) : x.Name;
        IReadOnlyDictionary<string, Tensor> state = layer.State();
        string[] directions = layer.IsBidirectional ? [string.Empty, "_reverse"] : [string.Empty];

        // Where each of ONNX's gates stands here.
        int[] here = OnnxRecurrence.Order(kind);
        int[] order = [.. Enumerable.Range(0, here.Length).Select(gate => Array.IndexOf(here, gate))];
        for (int l = 0; l < layer.Layers; l++)
        {
            string weights = Stacked($"weight_ih_l{l}");
            string recurrent = Stacked($"weight_hh_l{l}");
            string[] inputs = layer.HasBias
                ? [value, weights, recurrent, graph.Weight(Tensor.Concatenate([Stack($"bias_ih_l{l}"), Stack($"bias_hh_l{l}")], 1))]
                : [value, weights, recurrent];
            value = graph.Add(
                kind, inputs, ("hidden_size", layer.Units), ("direction", layer.IsBidirectional ? "bidirectional" : "forward"),
                ("linear_before_reset", kind == "GRU" ? 1 : null),
                ("activations", activation is null ? null : Enumerable.Repeat(activation, directions.Length).ToArray()));

            // [steps, directions, batch, units] to [steps, batch, directions · units].
            value = graph.Add("Reshape", [graph.Add("Transpose", [value], ("perm", (int[])[0, 2, 1, 3])), graph.Integers(0, 0, directions.Length * layer.Units)]);
        }

        return layer.BatchFirst ? graph.Add("Transpose", [value], ("perm", (int[])[1, 0, 2])) : value;

        Tensor Stack(string name) => Tensor.Stack([.. directions.Select(direction => OnnxRecurrence.Ordered(state[name + direction], order))]);

        string Stacked(string name) => graph.Weight(Stack(name));
    }
}
