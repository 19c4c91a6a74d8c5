using DeepSharp.Layers;

namespace DeepSharp.Exchange;

/// <summary>Attention and what is made of it, in ONNX's products and softmax.</summary>
internal static class AttentionWriter
{
    internal static OnnxValue Write(OnnxGraph graph, MultiHeadAttention layer, OnnxValue query, OnnxValue key, OnnxValue value, bool causal)
    {
        if (layer.AddsBiasKV || layer.AddsZeroAttention || query.Shape.Rank != 3)
        {
            throw new NotSupportedException(query.Shape.Rank != 3
                ? $"OnnxExporter: attention of an example {query.Shape}. Give one with an axis for the batch."
                : "OnnxExporter: a MultiHeadAttention with a learned or a zero key and value cannot be written.");
        }

        IReadOnlyDictionary<string, Tensor> state = layer.State();
        bool joint = state.ContainsKey("in_proj_weight");
        IReadOnlyList<string> weights = joint
            ? graph.AddJoint("Split", [graph.Weight(state["in_proj_weight"])], 3, ("axis", 0))
            : [graph.Weight(state["q_proj_weight"]), graph.Weight(state["k_proj_weight"]), graph.Weight(state["v_proj_weight"])];
        IReadOnlyList<string>? biases = state.TryGetValue("in_proj_bias", out Tensor? bias) ? graph.AddJoint("Split", [graph.Weight(bias)], 3, ("axis", 0)) : null;

        int features = layer.Features / layer.Heads;
        (string q, string k, string v) = (Heads(0, query), Heads(1, key), Heads(2, value));
        int steps = layer.BatchFirst ? 1 : 0;
        if (layer.Rotary is { } rotary)
        {
            (q, k) = (Turned(graph, rotary, q, query.Shape[steps]), Turned(graph, rotary, k, key.Shape[steps]));
        }

        string scores = graph.Add("MatMul", [q, graph.Add("Transpose", [k], ("perm", (int[])[0, 1, 3, 2]))]);
        scores = graph.Add("Mul", [scores, graph.Number(1 / Math.Sqrt(features), query)]);
        if (causal)
        {
            Tensor hidden = Tensor.Ones([query.Shape[steps], key.Shape[steps]], DType.Float32, Device.Cpu).Triu(1);
            Tensor mask = Tensor.Where(hidden > 0, double.NegativeInfinity, Tensor.ZerosLike(hidden)).To(query.Example.DType);
            scores = graph.Add("Add", [scores, graph.Constant(mask)]);
        }

        string mixed = graph.Add("MatMul", [graph.Add("Softmax", [scores], ("axis", -1)), v]);
        string joined = graph.Add("Transpose", [mixed], ("perm", layer.BatchFirst ? (int[])[0, 2, 1, 3] : [2, 0, 1, 3]));
        joined = graph.Add("Reshape", [joined, graph.Integers(0, layer.BatchFirst ? query.Shape[1] : -1, layer.Features)]);
        OnnxValue heads = new(joined, Tensor.Zeros(query.Shape, query.Example.DType, query.Example.Device));
        return graph.Write(Child(layer, "out_proj")!, heads) with { Example = layer.Forward(query.Example, key.Example, value.Example, causal: causal) };

        // A projection, [batch, heads, positions, features of a head].
        string Heads(int part, OnnxValue x)
        {
            string projected = graph.Add("MatMul", [x.Name, graph.Add("Transpose", [weights[part]], ("perm", (int[])[1, 0]))]);
            projected = biases is null ? projected : graph.Add("Add", [projected, biases[part]]);
            string parted = graph.Add("Reshape", [projected, graph.Integers(0, layer.BatchFirst ? x.Shape[1] : -1, layer.Heads, features)]);
            return graph.Add("Transpose", [parted], ("perm", layer.BatchFirst ? (int[])[0, 2, 1, 3] : [1, 2, 0, 3]));
        }
    }

    /// <summary>Features turned by their positions, […, positions, features].</summary>
    internal static string Turned(OnnxGraph graph, RotaryEmbedding rotary, string x, int positions)
    {
        int half = rotary.Features / 2;
        float[] cos = new float[positions * rotary.Features];
        float[] sin = new float[positions * rotary.Features];
        for (int i = 0; i < cos.Length; i++)
        {
            double angle = i / rotary.Features * Math.Pow(rotary.BaseAngle, -2.0 * (i % half) / rotary.Features);
            (cos[i], sin[i]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        Shape shape = new(positions, rotary.Features);
        IReadOnlyList<string> halves = graph.AddJoint("Split", [x], 2, ("axis", -1));
        string turned = graph.Add("Concat", [graph.Add("Neg", [halves[1]]), halves[0]], ("axis", -1));
        return graph.Add(
            "Add",
            [
                graph.Add("Mul", [x, graph.Constant(Tensor.From(cos, shape, Device.Cpu))]),
                graph.Add("Mul", [turned, graph.Constant(Tensor.From(sin, shape, Device.Cpu))]),
            ]);
    }

    internal static OnnxValue EncoderLayer(OnnxGraph graph, TransformerEncoderLayer layer, OnnxValue input, bool causal) => Chain(
        graph, layer, input, ("norm1", x => Write(graph, layer.SelfAttention, x, x, x, causal)), ("norm2", x => FeedForward(graph, layer, x)));

    internal static OnnxValue DecoderLayer(OnnxGraph graph, TransformerDecoderLayer layer, OnnxValue input, OnnxValue memory, bool causal) => Chain(
        graph, layer, input, ("norm1", x => Write(graph, layer.SelfAttention, x, x, x, causal)),
        ("norm2", x => Write(graph, (MultiHeadAttention)Child(layer, "multihead_attn")!, x, memory, memory, false)), ("norm3", x => FeedForward(graph, layer, x)));

    internal static OnnxValue Encoder(OnnxGraph graph, TransformerEncoder encoder, OnnxValue input, bool causal) => Layers(
        graph, encoder, input, (layer, x) => EncoderLayer(graph, (TransformerEncoderLayer)layer, x, causal));

    internal static OnnxValue Decoder(OnnxGraph graph, TransformerDecoder decoder, OnnxValue input, OnnxValue memory, bool causal) => Layers(
        graph, decoder, input, (layer, x) => DecoderLayer(graph, (TransformerDecoderLayer)layer, x, memory, causal));

    internal static Module? Child(Module module, string name) => module.Children.FirstOrDefault(child => child.Name == name).Value;

    private static OnnxValue Layers(OnnxGraph graph, Module stack, OnnxValue x, Func<Module, OnnxValue, OnnxValue> write)
    {
        foreach ((string _, Module layer) in Child(stack, "layers")!.Children)
        {
            x = write(layer, x);
        }

        return Child(stack, "norm") is { } norm ? graph.Write(norm, x) : x;
    }

    private static OnnxValue FeedForward(OnnxGraph graph, TransformerLayer layer, OnnxValue x)
    {
        x = graph.Write(Child(layer, "linear1")!, x);
        return graph.Write(Child(layer, "linear2")!, graph.Write(Child(layer, "activation")!, x));
    }

    private static OnnxValue Chain(
        OnnxGraph graph, TransformerLayer layer, OnnxValue x, params ReadOnlySpan<(string Norm, Func<OnnxValue, OnnxValue> Part)> parts)
    {
        foreach ((string name, Func<OnnxValue, OnnxValue> part) in parts)
        {
            Module norm = Child(layer, name)!;
            x = layer.NormFirst
                ? LayerWriters.Sum(graph, x, part(graph.Write(norm, x)))
                : graph.Write(norm, LayerWriters.Sum(graph, x, part(x)));
        }

        return x;
    }
}
