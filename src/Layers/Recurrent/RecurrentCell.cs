namespace DeepSharp.Layers;

/// <summary>One step of a recurrent layer: what RNNCell, LSTMCell and GRUCell have in common.</summary>
/// <remarks>
/// Input [batch, inputs], or [inputs] for one sample; states [batch, units], or [units]. Parameters have PyTorch's names, shapes and first
/// values, uniform in ±1/sqrt(units): <c>weight_ih</c>, <c>weight_hh</c>, <c>bias_ih</c>, <c>bias_hh</c>.
/// </remarks>
public abstract class RecurrentCell : Module
{
    private readonly RecurrentKind _kind;

    private protected RecurrentCell(
        RecurrentKind kind, int gates, int inputs, int units, bool bias, DType dtype, Device? device, Generator? generator)
    {
        Bounds.AtLeast(1, inputs, GetType().Name);
        Bounds.AtLeast(1, units, GetType().Name);
        (_kind, Inputs, Units) = (kind, inputs, units);
        double bound = 1 / Math.Sqrt(units);
        Uniform uniform = new(-bound, bound);
        InputWeight = Add("weight_ih", uniform.CreateParameter([gates * units, inputs], dtype, device, generator));
        StateWeight = Add("weight_hh", uniform.CreateParameter([gates * units, units], dtype, device, generator));
        if (bias)
        {
            InputBias = Add("bias_ih", uniform.CreateParameter(gates * units, dtype, device, generator));
            StateBias = Add("bias_hh", uniform.CreateParameter(gates * units, dtype, device, generator));
        }
    }

    /// <summary>The features of an input.</summary>
    public int Inputs { get; }

    /// <summary>The features of the hidden state, PyTorch's hidden_size.</summary>
    public int Units { get; }

    /// <summary>What multiplies the input, [gates * units, inputs].</summary>
    public Parameter InputWeight { get; }

    /// <summary>What multiplies the hidden state, [gates * units, units].</summary>
    public Parameter StateWeight { get; }

    /// <summary>What is added to the input's product, [gates * units], or null.</summary>
    public Parameter? InputBias { get; }

    /// <summary>What is added to the hidden state's product, [gates * units], or null.</summary>
    public Parameter? StateBias { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Inputs}, {Units}{(InputBias is null ? ", no bias" : string.Empty)})";

    private protected (Tensor Hidden, Tensor? Cell) Step(Tensor input, Tensor? hidden, Tensor? cell)
    {
        ArgumentNullException.ThrowIfNull(input);
        string name = GetType().Name;
        input = input.HalfToSingle();
        Binary.Check(name, input, InputWeight);
        if (input.Rank is not (1 or 2) || input.Shape[^1] != Inputs)
        {
            throw new ArgumentException(
                $"{name}({Inputs}, {Units}): an input {input.Shape} does not fit. It is [batch, {Inputs}], or [{Inputs}] for one sample.", nameof(input));
        }

        Shape wanted = input.Rank == 1 ? [Units] : [input.Shape[0], Units];
        foreach (Tensor? state in (Tensor?[])[hidden, cell])
        {
            if (state is null)
            {
                continue;
            }

            Binary.Check(name, state, InputWeight);
            if (state.Shape != wanted)
            {
                throw new ArgumentException($"{name}: a state {state.Shape} for an input {input.Shape}. It must be {wanted}: [batch, units], or [units].");
            }
        }

        bool isSingle = input.Rank == 1;
        (_, Tensor next, Tensor? nextCell) = RecurrenceNode.Run(new(
            _kind, isSingle ? input.Reshape(1, 1, Inputs) : input.Unsqueeze(0), InputWeight, StateWeight, InputBias, StateBias,
            isSingle ? hidden?.Unsqueeze(0) : hidden, isSingle ? cell?.Unsqueeze(0) : cell, null, false));
        return isSingle ? (next.Squeeze(0), nextCell?.Squeeze(0)) : (next, nextCell);
    }
}
