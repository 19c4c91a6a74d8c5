using DeepSharp.Layers;
using Writing = System.Func<DeepSharp.Exchange.OnnxGraph, DeepSharp.Layers.Module, System.Collections.Generic.IReadOnlyList<DeepSharp.Exchange.OnnxValue>,
    DeepSharp.Exchange.OnnxValue>;

namespace DeepSharp.Exchange;

/// <summary>Activations.</summary>
internal static partial class LayerWriters
{
    private static IEnumerable<KeyValuePair<Type, Writing>> Activations() =>
    [
        Of<ReLU>(static (graph, layer, x) => graph.Add("Relu", [x.Name])),
        Of<LeakyReLU>(static (graph, layer, x) => graph.Add("LeakyRelu", [x.Name], ("alpha", layer.Slope))),
        Of<ELU>(static (graph, layer, x) => graph.Add("Elu", [x.Name], ("alpha", layer.Alpha))),
        Of<CELU>(static (graph, layer, x) => graph.Add("Celu", [x.Name], ("alpha", layer.Alpha))),
        Of<SELU>(static (graph, layer, x) => graph.Add("Selu", [x.Name])),
        Of<GELU>(static (graph, layer, x) => layer.IsApproximate ? GELUTanh(graph, x) : GELUErf(graph, x)),
        Of<SiLU>(static (graph, layer, x) => SiLU(graph, x.Name)),
        Of<Sigmoid>(static (graph, layer, x) => graph.Add("Sigmoid", [x.Name])),
        Of<Tanh>(static (graph, layer, x) => graph.Add("Tanh", [x.Name])),
        Of<Softplus>(static (graph, layer, x) =>
        {
            string scaled = layer.Beta == 1 ? x.Name : graph.Add("Mul", [x.Name, graph.Number(layer.Beta, x)]);
            string curve = graph.Add("Softplus", [scaled]);
            curve = layer.Beta == 1 ? curve : graph.Add("Div", [curve, graph.Number(layer.Beta, x)]);
            return double.IsPositiveInfinity(layer.Limit)
                ? curve
                : graph.Add("Where", [graph.Add("Greater", [scaled, graph.Number(layer.Limit, x)]), x.Name, curve]);
        }),
        Of<Mish>(static (graph, layer, x) => graph.Add("Mul", [x.Name, graph.Add("Tanh", [graph.Add("Softplus", [x.Name])])])),
        Of<Hardswish>(static (graph, layer, x) => graph.Add("HardSwish", [x.Name])),
        Of<Hardsigmoid>(static (graph, layer, x) => graph.Add("HardSigmoid", [x.Name], ("alpha", 1.0 / 6), ("beta", 0.5))),
        Of<Hardtanh>(static (graph, layer, x) => graph.Add("Clip", [x.Name, graph.Number(layer.Minimum, x), graph.Number(layer.Maximum, x)])),
        Of<ReLU6>(static (graph, layer, x) => graph.Add("Clip", [x.Name, graph.Number(0, x), graph.Number(6, x)])),
        Of<Hardshrink>(static (graph, layer, x) => graph.Add("Shrink", [x.Name], ("lambd", layer.Lambda), ("bias", 0.0))),
        Of<Softshrink>(static (graph, layer, x) => graph.Add("Shrink", [x.Name], ("lambd", layer.Lambda), ("bias", layer.Lambda))),
        Of<Tanhshrink>(static (graph, layer, x) => graph.Add("Sub", [x.Name, graph.Add("Tanh", [x.Name])])),
        Of<Threshold>(static (graph, layer, x) => graph.Add(
            "Where", [graph.Add("Greater", [x.Name, graph.Number(layer.Limit, x)]), x.Name, graph.Number(layer.Value, x)])),
        Of<LogSigmoid>(static (graph, layer, x) => graph.Add("Neg", [graph.Add("Softplus", [graph.Add("Neg", [x.Name])])])),
        Of<Softsign>(static (graph, layer, x) => graph.Add("Softsign", [x.Name])),
        Of<PReLU>(static (graph, layer, x) => graph.Add(
            "PRelu",
            [
                x.Name, layer.Weight.Count == 1 || x.Shape.Rank == 2
                    ? graph.Weight(layer.Weight)
                    : graph.Add("Reshape", [graph.Weight(layer.Weight), graph.Integers([-1, .. Enumerable.Repeat(1, x.Shape.Rank - 2)])]),
            ])),
        Of<Softmax>(static (graph, layer, x) => graph.Add("Softmax", [x.Name], ("axis", layer.Axis))),
        Of<LogSoftmax>(static (graph, layer, x) => graph.Add("LogSoftmax", [x.Name], ("axis", layer.Axis))),
        Of<Softmin>(static (graph, layer, x) => graph.Add("Softmax", [graph.Add("Neg", [x.Name])], ("axis", layer.Axis))),
        Of<GLU>(static (graph, layer, x) =>
        {
            IReadOnlyList<string> halves = graph.AddJoint("Split", [x.Name], 2, ("axis", layer.Axis));
            return graph.Add("Mul", [halves[0], graph.Add("Sigmoid", [halves[1]])]);
        }),
        Of<SwiGLU>(static (graph, layer, x) =>
        {
            IReadOnlyList<string> halves = graph.AddJoint("Split", [x.Name], 2, ("axis", layer.Axis));
            return graph.Add("Mul", [SiLU(graph, halves[0]), halves[1]]);
        }),
    ];

    private static string SiLU(OnnxGraph graph, string x) => graph.Add("Mul", [x, graph.Add("Sigmoid", [x])]);

    // x/2 (1 + erf(x/√2)).
    private static string GELUErf(OnnxGraph graph, OnnxValue x)
    {
        string curve = graph.Add("Erf", [graph.Add("Mul", [x.Name, graph.Number(Math.Sqrt(0.5), x)])]);
        return graph.Add("Mul", [graph.Add("Mul", [x.Name, graph.Number(0.5, x)]), graph.Add("Add", [curve, graph.Number(1, x)])]);
    }

    // x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).
    private static string GELUTanh(OnnxGraph graph, OnnxValue x)
    {
        string cube = graph.Add("Mul", [graph.Add("Mul", [x.Name, x.Name]), x.Name]);
        string inner = graph.Add("Add", [x.Name, graph.Add("Mul", [cube, graph.Number(0.044715, x)])]);
        string curve = graph.Add("Tanh", [graph.Add("Mul", [inner, graph.Number(Math.Sqrt(2 / Math.PI), x)])]);
        return graph.Add("Mul", [graph.Add("Mul", [x.Name, graph.Number(0.5, x)]), graph.Add("Add", [curve, graph.Number(1, x)])]);
    }
}
