namespace DeepSharp.Layers;

/// <summary>Recurrent layers over whole sequences, one above the other, in one direction or both: what RNN, LSTM and GRU have in common.</summary>
/// <remarks>
/// Input [steps, batch, inputs], [batch, steps, inputs] with <see cref="BatchFirst"/>, or [steps, inputs] for one sequence; output with as
/// many features as <see cref="Units"/>, twice as many if bidirectional, those of the forward direction first. Parameters have
/// PyTorch's names, shapes and first values, uniform in ±1/sqrt(units): <c>weight_ih_l0</c>, <c>weight_hh_l0</c>, <c>bias_ih_l0</c>,
/// <c>bias_hh_l0</c>, those of the backward direction with <c>_reverse</c> behind.
/// </remarks>
public abstract class RecurrentLayer : Module
{
    private readonly RecurrentKind _kind;
    private readonly Parameter?[][] _parameters;
    private readonly Generator? _generator;
    private readonly int _outputs;

    private protected RecurrentLayer(
        RecurrentKind kind, int gates, int inputs, int units, int layers, bool bias, bool batchFirst, double dropout, bool bidirectional,
        DType dtype, Device? device, Generator? generator, int projectionSize = 0)
    {
        string name = GetType().Name;
        Bounds.AtLeast(1, inputs, name);
        Bounds.AtLeast(1, units, name);
        Bounds.AtLeast(1, layers, name);
        if (!(dropout >= 0 && dropout < 1) || (dropout > 0 && layers == 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(dropout),
                $"{name}: a dropout of {dropout} with {layers} layers. It must be in [0, 1), and stands between layers: one alone has none; put a "
                + "Dropout behind it.");
        }

        if (projectionSize < 0 || projectionSize >= units)
        {
            throw new ArgumentOutOfRangeException(
                nameof(projectionSize),
                $"{name}: a projection to {projectionSize} of {units} units. It must be less than the units, and 0 stands for none.");
        }

        _kind = kind;
        _generator = generator;
        _outputs = projectionSize > 0 ? projectionSize : units;
        (Inputs, Units, Layers, HasBias, BatchFirst, Dropout, IsBidirectional) = (inputs, units, layers, bias, batchFirst, dropout, bidirectional);
        double bound = 1 / Math.Sqrt(units);
        Uniform uniform = new(-bound, bound);
        _parameters = new Parameter?[layers * Directions][];
        for (int i = 0; i < _parameters.Length; i++)
        {
            string suffix = $"_l{i / Directions}{(i % Directions == 1 ? "_reverse" : string.Empty)}";
            int features = i < Directions ? inputs : _outputs * Directions;
            _parameters[i] =
            [
                Add($"weight_ih{suffix}", uniform.CreateParameter([gates * units, features], dtype, device, generator)),
                Add($"weight_hh{suffix}", uniform.CreateParameter([gates * units, _outputs], dtype, device, generator)),
                bias ? Add($"bias_ih{suffix}", uniform.CreateParameter(gates * units, dtype, device, generator)) : null,
                bias ? Add($"bias_hh{suffix}", uniform.CreateParameter(gates * units, dtype, device, generator)) : null,
                projectionSize > 0 ? Add($"weight_hr{suffix}", uniform.CreateParameter([projectionSize, units], dtype, device, generator)) : null,
            ];
        }
    }

    /// <summary>The features of an input.</summary>
    public int Inputs { get; }

    /// <summary>The features of the hidden state, PyTorch's hidden_size.</summary>
    public int Units { get; }

    /// <summary>How many layers stand one above the other.</summary>
    public int Layers { get; }

    /// <summary>Whether biases are added.</summary>
    public bool HasBias { get; }

    /// <summary>Whether the first axis of input and output is the batch, not the steps. States are not concerned.</summary>
    public bool BatchFirst { get; }

    /// <summary>The probability with which an output of a layer but the last is dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether each layer runs in both directions.</summary>
    public bool IsBidirectional { get; }

    private int Directions => IsBidirectional ? 2 : 1;

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{GetType().Name}({Inputs}, {Units}{(_outputs == Units ? string.Empty : $" projected to {_outputs}")}{(Layers > 1 ? $", {Layers} layers" : string.Empty)}"
        + $"{(HasBias ? string.Empty : ", no bias")}{(BatchFirst ? ", batch first" : string.Empty)}"
        + $"{(Dropout > 0 ? $", dropout {Dropout}" : string.Empty)}{(IsBidirectional ? ", bidirectional" : string.Empty)})";

    /// <summary>The outputs of the last layer, and the last states of all: [layers * directions, batch, units]; hidden ones as they are projected.</summary>
    private protected (Tensor Output, Tensor Hidden, Tensor? Cell) Run(
        Tensor input, Tensor? hidden, Tensor? cell, IReadOnlyList<int>? lengths)
    {
        ArgumentNullException.ThrowIfNull(input);
        Parameter first = _parameters[0][0]!;
        input = input.HalfToSingle();
        Check(input, first);
        bool isSingle = input.Rank == 2;
        Tensor x = isSingle ? input.Unsqueeze(1) : BatchFirst ? input.Transpose(0, 1) : input;
        (int steps, int batch) = (x.Shape[0], x.Shape[1]);
        CheckState(input, first, "hidden", hidden, isSingle, batch, _outputs);
        CheckState(input, first, "cell", cell, isSingle, batch, Units);
        RaggedLengths? ragged = lengths is null ? null : Ragged(lengths, steps, batch, input);
        hidden = isSingle ? hidden?.Unsqueeze(1) : hidden;
        cell = isSingle ? cell?.Unsqueeze(1) : cell;
        Tensor[] lastHidden = new Tensor[_parameters.Length];
        Tensor?[] lastCell = new Tensor?[_parameters.Length];
        for (int layer = 0; layer < Layers; layer++)
        {
            Tensor[] outputs = new Tensor[Directions];
            for (int direction = 0; direction < Directions; direction++)
            {
                int i = (layer * Directions) + direction;
                Parameter?[] own = _parameters[i];
                RecurrenceInputs given = new(_kind, x, own[0]!, own[1]!, own[2], own[3], hidden?[i], cell?[i], ragged, direction == 1);
                (outputs[direction], lastHidden[i], lastCell[i]) = own[4] is { } projection
                    ? RecurrentProjection.Run(given, projection)
                    : RecurrenceNode.Run(given);
            }

            x = IsBidirectional ? Tensor.Concatenate(outputs, 2) : outputs[0];
            if (IsTraining && Dropout > 0 && layer < Layers - 1)
            {
                x = x.Dropout(Dropout, _generator);
            }
        }

        hidden = Tensor.Stack(lastHidden);
        cell = _kind == RecurrentKind.LSTM ? Tensor.Stack(lastCell!) : null;
        return isSingle
            ? (x.Squeeze(1), hidden.Squeeze(1), cell?.Squeeze(1))
            : (BatchFirst ? x.Transpose(0, 1) : x, hidden, cell);
    }

    private void Check(Tensor input, Parameter first)
    {
        string name = GetType().Name;
        Binary.Check(name, input, first);
        if (input.Rank is not (2 or 3) || input.Shape[^1] != Inputs || input.Shape[input.Rank == 3 && BatchFirst ? 1 : 0] == 0)
        {
            throw new ArgumentException(
                $"{name}({Inputs}, {Units}): an input {input.Shape} does not fit. It is {(BatchFirst ? "[batch, steps" : "[steps, batch")}, {Inputs}], or "
                + $"[steps, {Inputs}] for one sequence, with at least one step.",
                nameof(input));
        }
    }

    private void CheckState(Tensor input, Parameter first, string what, Tensor? state, bool isSingle, int batch, int features)
    {
        if (state is null)
        {
            return;
        }

        string name = GetType().Name;
        Binary.Check(name, state, first);
        Shape wanted = isSingle ? [_parameters.Length, features] : [_parameters.Length, batch, features];
        if (state.Shape != wanted)
        {
            throw new ArgumentException(
                $"{name}: a {what} state {state.Shape} for an input {input.Shape}. It must be {wanted}: [layers * directions"
                + $"{(isSingle ? string.Empty : ", batch")}, {(features == Units ? "units" : "projectionSize")}], whatever batchFirst is.");
        }
    }

    private RaggedLengths? Ragged(IReadOnlyList<int> lengths, int steps, int batch, Tensor input)
    {
        if (lengths.Count != batch || lengths.Any(length => length < 1 || length > steps))
        {
            throw new ArgumentException(
                $"{GetType().Name}: the lengths [{string.Join(", ", lengths.Take(10))}{(lengths.Count > 10 ? ", …" : string.Empty)}] do not fit an input "
                + $"{input.Shape}: there must be one for each of the {batch} sequences, from 1 to {steps}.",
                nameof(lengths));
        }

        return lengths.All(length => length == steps) ? null : RaggedLengths.Of(lengths, steps, input.Device);
    }
}
