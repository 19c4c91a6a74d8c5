namespace DeepSharp;

/// <summary>The recurrent cells that there are.</summary>
internal enum RecurrentKind
{
    /// <summary>h' = tanh(a).</summary>
    Tanh,

    /// <summary>h' = max(a, 0).</summary>
    ReLU,

    /// <summary>Long short-term memory.</summary>
    LSTM,

    /// <summary>The gated recurrent unit.</summary>
    GRU,
}

/// <summary>The lengths of the sequences of a batch, where they differ.</summary>
/// <param name="Lengths">Int32, [batch].</param>
/// <param name="Mask">Where a step belongs to a sequence, [steps, batch, 1].</param>
internal sealed record RaggedLengths(Tensor Lengths, Tensor Mask)
{
    /// <summary>The lengths of a batch of sequences that are padded to a number of steps.</summary>
    internal static RaggedLengths Of(IReadOnlyList<int> lengths, int steps, Device device)
    {
        bool[] mask = new bool[steps * lengths.Count];
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = i / lengths.Count < lengths[i % lengths.Count];
        }

        return new(Tensor.From([.. lengths], device), Tensor.From(mask, [steps, lengths.Count, 1], device));
    }

    /// <summary>What belongs to a sequence, of [steps, batch, features]; zeros behind its end.</summary>
    internal Tensor Cut(Tensor x) => Tensor.Where(Mask, x, Tensor.Zeros([1, 1, 1], x.DType, x.Device));
}

/// <summary>Recurrent layers made of differentiable operators, a dozen for each step: what gradients of gradients are taken of.</summary>
internal static class RecurrentStep
{
    /// <summary>The outputs, the last hidden state and, of an LSTM, the last cell state.</summary>
    /// <param name="kind">The cell.</param>
    /// <param name="x">[steps, batch, inputs].</param>
    /// <param name="weights">Weights of the input and of the hidden state, and, if there are any, their biases.</param>
    /// <param name="hidden">The first hidden state, [batch, units].</param>
    /// <param name="cell">The first cell state of an LSTM.</param>
    /// <param name="mask">Where a step belongs to a sequence, [steps, batch, 1], or null.</param>
    /// <param name="reverse">Whether the last step comes first.</param>
    internal static IReadOnlyList<Tensor> Unroll(
        RecurrentKind kind, Tensor x, ReadOnlySpan<Tensor> weights, Tensor hidden, Tensor? cell, Tensor? mask, bool reverse)
    {
        int steps = x.Shape[0];
        Tensor products = x.Linear(weights[0], weights.Length > 2 ? weights[2] : null);
        Tensor[] outputs = new Tensor[steps];
        for (int turn = 0; turn < steps; turn++)
        {
            int step = reverse ? steps - 1 - turn : turn;
            (Tensor next, Tensor? nextCell) = Step(
                kind, products[step], hidden.Linear(weights[1], weights.Length > 3 ? weights[3] : null), hidden, cell);
            if (mask is null)
            {
                (outputs[step], hidden, cell) = (next, next, nextCell);
                continue;
            }

            Tensor isIn = mask[step];
            outputs[step] = Tensor.Where(isIn, next, Tensor.ZerosLike(next));
            hidden = Tensor.Where(isIn, next, hidden);
            cell = cell is null ? null : Tensor.Where(isIn, nextCell!, cell);
        }

        Tensor all = Tensor.Stack(outputs);
        return cell is null ? [all, hidden] : [all, hidden, cell];
    }

    private static (Tensor Hidden, Tensor? Cell) Step(RecurrentKind kind, Tensor x, Tensor product, Tensor hidden, Tensor? cell)
    {
        int units = hidden.Shape[1];
        switch (kind)
        {
            case RecurrentKind.Tanh:
                return ((x + product).Tanh(), null);
            case RecurrentKind.ReLU:
                return ((x + product).ReLU(), null);
            case RecurrentKind.GRU:
                Tensor r = (Gate(x, 0) + Gate(product, 0)).Sigmoid();
                Tensor z = (Gate(x, 1) + Gate(product, 1)).Sigmoid();
                Tensor n = (Gate(x, 2) + (r * Gate(product, 2))).Tanh();
                return (n + (z * (hidden - n)), null);
            default:
                Tensor gates = x + product;
                Tensor c = (Gate(gates, 1).Sigmoid() * cell!) + (Gate(gates, 0).Sigmoid() * Gate(gates, 2).Tanh());
                return (Gate(gates, 3).Sigmoid() * c.Tanh(), c);
        }

        Tensor Gate(Tensor all, int index) => all.Narrow(1, index * units, units);
    }
}
