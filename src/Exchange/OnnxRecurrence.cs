using DeepSharp.Layers;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>Recurrent nodes, whose gates ONNX orders otherwise than the layers here: input, output, forget, cell for the LSTM, update, reset, hidden for
/// the GRU; here they are input, forget, cell, output and reset, update, new.</summary>
internal static class OnnxRecurrence
{
    private static readonly int[] s_lstm = [0, 2, 3, 1];
    private static readonly int[] s_gru = [1, 0, 2];

    internal static bool IsOne(OnnxNode node) => node.Operator is "LSTM" or "GRU" or "RNN";

    /// <summary>Where each gate here stands in ONNX.</summary>
    internal static int[] Order(string kind) => kind == "LSTM" ? s_lstm : kind == "GRU" ? s_gru : [0];

    /// <summary>Refuses what no layer here computes.</summary>
    internal static void Check(OnnxNode node, Dictionary<string, TensorProto> weights)
    {
        if (!IsOne(node))
        {
            return;
        }

        string[] usual = node.Operator == "LSTM" ? ["Sigmoid", "Tanh", "Tanh"] : node.Operator == "GRU" ? ["Sigmoid", "Tanh"] : ["Tanh"];
        string[] activations = node.Attribute("activations") is { Strings.Count: > 0 } said ? [.. said.Strings.Select(static text => text.ToStringUtf8())] : usual;
        bool isKnown = activations.Chunk(usual.Length).All(part => part.SequenceEqual(usual))
            || (node.Operator == "RNN" && activations.All(static name => name == "Relu"));
        long gates = Order(node.Operator).Length;
        string direction = node.Text("direction", "forward");
        int directions = direction == "bidirectional" ? 2 : 1;
        int units = node.Int("hidden_size", 0);
        if (!isKnown || direction is not ("forward" or "bidirectional") || node.Has("clip") || node.Int("input_forget", 0) != 0 || node.Int("layout", 0) != 0
            || (node.Operator == "GRU" && node.Int("linear_before_reset", 0) == 0) || node.Has(7))
        {
            throw node.Fault(
                "what it asks for has no layer here: other activations than the usual ones, reverse alone, clip, input_forget, layout 1, peepholes, or a GRU without linear_before_reset.");
        }

        if (!Fits(1, directions, gates * units, -1) || !Fits(2, directions, gates * units, units) || (node.Has(3) && !Fits(3, directions, 2 * gates * units)))
        {
            throw node.Fault($"its weights are not in the file, or not those of {units} units.");
        }

        bool Fits(int input, params ReadOnlySpan<long> shape)
        {
            if (!node.Has(input) || !weights.TryGetValue(node.Inputs[input], out TensorProto? weight) || weight.Dims.Count != shape.Length || units < 1)
            {
                return false;
            }

            for (int i = 0; i < shape.Length; i++)
            {
                if (shape[i] >= 0 ? weight.Dims[i] != shape[i] : weight.Dims[i] < 1)
                {
                    return false;
                }
            }

            return OnnxTensor.TypeOf(weight.DataType) is DType.Float32 or DType.Float64;
        }
    }

    /// <summary>The layer with a node's weights.</summary>
    internal static Module Make(OnnxNode node, Dictionary<string, Tensor> weights, Device? device)
    {
        using TensorScope scope = Tensor.Scope();
        (Tensor w, Tensor r) = (weights[node.Inputs[1]], weights[node.Inputs[2]]);
        Tensor? b = node.Has(3) ? weights[node.Inputs[3]] : null;
        int units = node.Int("hidden_size", 0);
        int inputs = w.Shape[2];
        bool two = w.Shape[0] == 2;
        Module layer = node.Operator switch
        {
            "LSTM" => new LSTM(inputs, units, bias: b is not null, bidirectional: two, dtype: w.DType, device: device),
            "GRU" => new GRU(inputs, units, bias: b is not null, bidirectional: two, dtype: w.DType, device: device),
            _ => new RNN(
                inputs, units, bias: b is not null, bidirectional: two, dtype: w.DType, device: device,
                nonlinearity: node.Attribute("activations")?.Strings.FirstOrDefault()?.ToStringUtf8() == "Relu" ? RecurrentNonlinearity.ReLU : RecurrentNonlinearity.Tanh),
        };
        int gates = Order(node.Operator).Length;
        Dictionary<string, Tensor> state = [];
        for (int direction = 0; direction < w.Shape[0]; direction++)
        {
            string suffix = direction == 1 ? "_l0_reverse" : "_l0";
            state[$"weight_ih{suffix}"] = Ordered(w.Narrow(0, direction, 1).Squeeze(0), Order(node.Operator));
            state[$"weight_hh{suffix}"] = Ordered(r.Narrow(0, direction, 1).Squeeze(0), Order(node.Operator));
            if (b is not null)
            {
                Tensor both = b.Narrow(0, direction, 1).Squeeze(0);
                state[$"bias_ih{suffix}"] = Ordered(both.Narrow(0, 0, gates * units), Order(node.Operator));
                state[$"bias_hh{suffix}"] = Ordered(both.Narrow(0, gates * units, gates * units), Order(node.Operator));
            }
        }

        layer.LoadState(state);
        return layer;
    }

    /// <summary>The rows of a weight with its gates in another order.</summary>
    internal static Tensor Ordered(Tensor weight, IReadOnlyList<int> order)
    {
        int units = weight.Shape[0] / order.Count;
        return order.Count == 1 ? weight : Tensor.Concatenate([.. order.Select(gate => weight.Narrow(0, gate * units, units))]);
    }

    /// <summary>What a node puts out: the outputs of all steps, [steps, directions, batch, units], and the last states.</summary>
    internal static Tensor[] Run(OnnxStep step)
    {
        Tensor x = step[0];
        int[]? lengths = step.Has(4) ? [.. step.Ints(4)] : null;
        Tensor? hidden = step.Has(5) ? step[5] : null;
        (Tensor output, Tensor last, Tensor? cell) = step.Node.Layer switch
        {
            LSTM lstm => OfLong(lstm.Forward(x, hidden is null && !step.Has(6) ? null : (hidden ?? Zeros(), step.Has(6) ? step[6] : Zeros()), lengths)),
            GRU gru => Of(gru.Forward(x, hidden, lengths)),
            _ => Of(((RNN)step.Node.Layer!).Forward(x, hidden, lengths)),
        };
        int directions = ((RecurrentLayer)step.Node.Layer!).IsBidirectional ? 2 : 1;
        Tensor whole = output.Reshape(x.Shape[0], x.Shape[1], directions, output.Shape[2] / directions).Permute(0, 2, 1, 3);
        return cell is null ? [whole, last] : [whole, last, cell];

        Tensor Zeros()
        {
            RecurrentLayer layer = (RecurrentLayer)step.Node.Layer!;
            return Tensor.Zeros([layer.IsBidirectional ? 2 : 1, x.Shape[1], layer.Units], x.DType, x.Device);
        }

        static (Tensor, Tensor, Tensor?) OfLong((Tensor Output, (Tensor Hidden, Tensor Cell) State) result) =>
            (result.Output, result.State.Hidden, result.State.Cell);

        static (Tensor, Tensor, Tensor?) Of((Tensor Output, Tensor Hidden) result) => (result.Output, result.Hidden, null);
    }
}
