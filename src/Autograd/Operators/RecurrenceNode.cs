using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>One direction of one recurrent layer over a whole sequence: its outputs, its last hidden state, and an LSTM's last cell state.</summary>
/// <remarks>
/// The inputs' product of all steps is one product into the slots (see <see cref="ICellMap"/>), in which the steps then work in place. The
/// backward pass runs the steps once more, and makes one product each for the input and the two weights. Gradients of gradients are those
/// of <see cref="RecurrentStep.Unroll"/>.
/// </remarks>
internal sealed class RecurrenceNode : JointNode
{
    private readonly RecurrentKind _kind;
    private readonly bool _hasBias;
    private readonly int _hidden;
    private readonly int _cell;
    private readonly int _kept;
    private readonly RaggedLengths? _ragged;
    private readonly bool _reverse;

    private RecurrenceNode(in RecurrenceInputs given, Tensor[] inputs, Tensor slots, Tensor states, Tensor cells)
        : base(given.Kind.ToString(), given.Kind == RecurrentKind.LSTM ? 3 : 2, inputs)
    {
        _kind = given.Kind;
        _hasBias = given.InputBias is not null;
        _hidden = given.Hidden is null ? -1 : _hasBias ? 5 : 3;
        _cell = given.Cell is null ? -1 : inputs.Length - 1;
        _kept = inputs.Length;
        _ragged = given.Ragged;
        _reverse = given.Reverse;
        SaveInputs(inputs);
        Save(slots, states, cells);
        if (_ragged is not null)
        {
            Save(_ragged.Lengths, _ragged.Mask);
        }
    }

    // The slots that rows of the weight of the input give, counted in units.
    private static (int Row, int Slot, int Count)[] Parts(RecurrentKind kind) => kind switch
    {
        RecurrentKind.GRU => [(0, 1, 2), (2, 0, 1)],
        RecurrentKind.LSTM => [(0, 0, 4)],
        _ => [(0, 0, 1)],
    };

    private static int SlotCount(RecurrentKind kind) => kind is RecurrentKind.LSTM or RecurrentKind.GRU ? 4 : 1;

    private static int FirstStepSlot(RecurrentKind kind) => kind == RecurrentKind.GRU ? 1 : 0;

    /// <summary>Runs the layer. What fits is the caller's business; the input is [steps, batch, inputs] with at least one step.</summary>
    internal static (Tensor Output, Tensor Hidden, Tensor? Cell) Run(in RecurrenceInputs given)
    {
        Tensor[] inputs = given.All();
        bool records = inputs.Any(static input => input.Records());
        using NoGrad off = new();

        // What stands behind a sequence's end has a part in nothing: not even NaN spreads from there.
        Tensor x = (given.Ragged is null ? given.X : given.Ragged.Cut(given.X)).Contiguous();
        (int steps, int batch, int units) = (x.Shape[0], x.Shape[1], given.StateWeight.Shape[1]);
        string name = given.Kind.ToString();
        Tensor slots = Tensor.Uninitialized([steps, batch, SlotCount(given.Kind) * units], x.DType, x.Device, name);
        Project(given, x, slots, units);
        Tensor states = States(steps, given.Hidden, given.Reverse, slots, units, name);
        Tensor cells = given.Kind == RecurrentKind.LSTM ? States(steps, given.Cell, given.Reverse, slots, units, name) : states;
        RecurrenceOperands operands = new(
            slots.Operand, given.StateWeight.Contiguous().Operand, states.Operand, cells.Operand, given.Ragged?.Lengths.Operand, given.Reverse);
        switch (given.Kind)
        {
            case RecurrentKind.Tanh:
                Recurrence.Forward<ElmanCell<TanhOp>>(operands);
                break;
            case RecurrentKind.ReLU:
                Recurrence.Forward<ElmanCell<ReLUOp>>(operands);
                break;
            case RecurrentKind.GRU:
                Recurrence.Forward<GRUCellMap>(operands);
                break;
            default:
                Recurrence.Forward<LSTMCellMap>(operands);
                break;
        }

        Tensor output = states.Narrow(0, given.Reverse ? 0 : 1, steps);
        output = given.Ragged is null ? output.MadeBy(name) : given.Ragged.Cut(output).MadeBy(name);
        Tensor hidden = states[given.Reverse ? 0 : steps].Clone().MadeBy(name);
        Tensor? cell = ReferenceEquals(cells, states) ? null : cells[given.Reverse ? 0 : steps].Clone().MadeBy(name);
        if (records)
        {
            x.Node = given.X.Node;
            RecurrenceNode node = new(given, [x, .. inputs[1..]], slots, states, cells);
            _ = node.Attach(output, 0);
            _ = node.Attach(hidden, 1);
            _ = cell is null ? null : node.Attach(cell, 2);
        }

        return (output, hidden, cell);
    }

    private protected override void Backward(IReadOnlyList<Tensor?> gradients)
    {
        if (Grad.IsEnabled)
        {
            Compose(gradients);
            return;
        }

        Tensor slots = Saved(_kept);
        Tensor states = Saved(_kept + 1);
        Tensor cells = Saved(_kept + 2);
        Tensor d = Tensor.Uninitialized(slots.Shape, slots.DType, slots.Device, Name);
        Tensor hidden = OrZeros(gradients[1], states[0]);
        Tensor cell = _kind == RecurrentKind.LSTM ? OrZeros(gradients[2], states[0]) : hidden;
        RecurrenceOperands operands = new(
            slots.Operand, Saved(2).Contiguous().Operand, states.Operand, cells.Operand, _ragged is null ? null : Saved(_kept + 3).Operand,
            _reverse)
        {
            Outputs = gradients[0]?.Contiguous().Operand,
            SlotGradients = d.Operand,
            StateGradient = hidden.Operand,
            CellGradient = cell.Operand,
        };
        switch (_kind)
        {
            case RecurrentKind.Tanh:
                Recurrence.Backward<ElmanCellSlope<TanhOp>>(operands);
                break;
            case RecurrentKind.ReLU:
                Recurrence.Backward<ElmanCellSlope<ReLUOp>>(operands);
                break;
            case RecurrentKind.GRU:
                Recurrence.Backward<GRUCellSlope>(operands);
                break;
            default:
                Recurrence.Backward<LSTMCellSlope>(operands);
                break;
        }

        SendProducts(d, states);
        if (_hidden >= 0 && Wants(_hidden))
        {
            Send(_hidden, hidden);
        }

        if (_cell >= 0 && Wants(_cell))
        {
            Send(_cell, cell);
        }
    }

    // What products add to the slots of all steps: the inputs', and the biases.
    private static void Project(in RecurrenceInputs given, Tensor x, Tensor slots, int units)
    {
        Tensor rows = x.AsRows();
        Tensor weight = given.InputWeight;
        Tensor? bias = given.InputBias;
        if (given.Kind == RecurrentKind.GRU)
        {
            // n = tanh(… + r (W h + b)): this bias stays with its product.
            Tensor own = bias is null ? Tensor.Zeros(units, x.DType, x.Device) : given.StateBias!.Narrow(0, 2 * units, units);
            StridedCopy.Run(slots.Narrow(2, 3 * units, units).Operand, own.Expand([x.Shape[0], x.Shape[1], units]).Operand);
        }

        foreach ((int row, int slot, int count) in Parts(given.Kind))
        {
            Tensor? both = bias?.Narrow(0, row * units, count * units);
            if (both is not null)
            {
                both = given.Kind == RecurrentKind.GRU && row > 0 ? both.Contiguous() : both + given.StateBias!.Narrow(0, row * units, count * units);
            }

            Gemm.Run(
                default(IdentityOp), Columns(slots, slot * units, count * units), rows.Operand, weight.Narrow(0, row * units, count * units).T.Operand,
                both?.Operand, 1, 0);
        }
    }

    // Some columns of what has [steps, batch, width], as a matrix of a row for each step of each sequence.
    private static Operand Columns(Tensor slots, int start, int count)
    {
        Operand all = slots.Operand;
        return all with { Offset = all.Offset + start, Dims = [all.Dims[0] * all.Dims[1], count], Strides = [all.Dims[2], 1] };
    }

    // Memory for the states of all steps and the one before, which is the first to come.
    private static Tensor States(int steps, Tensor? first, bool reverse, Tensor slots, int units, string name)
    {
        Tensor states = Tensor.Uninitialized([steps + 1, slots.Shape[1], units], slots.DType, slots.Device, name);
        Operand place = states[reverse ? steps : 0].Operand;
        if (first is null)
        {
            Fill.Zero(place);
        }
        else
        {
            StridedCopy.Run(place, first.Operand);
        }

        return states;
    }

    private static Tensor OrZeros(Tensor? gradient, Tensor like)
    {
        Tensor own = Tensor.Uninitialized(like.Shape, like.DType, like.Device, like.Origin);
        if (gradient is null)
        {
            Fill.Zero(own.Operand);
        }
        else
        {
            StridedCopy.Run(own.Operand, gradient.Operand);
        }

        return own;
    }

    private static Operand Turned(in Operand matrix) =>
        matrix with { Dims = [matrix.Dims[1], matrix.Dims[0]], Strides = [matrix.Strides[1], matrix.Strides[0]] };

    private void SendProducts(Tensor d, Tensor states)
    {
        Tensor x = Saved(0);
        Tensor weight = Saved(1);
        int units = states.Shape[2];
        if (Wants(0))
        {
            Tensor own = Tensor.Uninitialized(x.Shape, x.DType, x.Device, Name);
            foreach ((int row, int slot, int count) in Parts(_kind))
            {
                Gemm.Run(
                    default(IdentityOp), own.AsRows().Operand, Columns(d, slot * units, count * units),
                    weight.Narrow(0, row * units, count * units).Operand, null, 1, row == 0 ? 0 : 1);
            }

            Send(0, own);
        }

        Tensor rows = x.AsRows();
        if (Wants(1))
        {
            Accumulate(1, weight.Shape, (target, adds) =>
            {
                foreach ((int row, int slot, int count) in Parts(_kind))
                {
                    Operand part = target with
                    {
                        Offset = target.Offset + (row * units * target.Strides[0]),
                        Dims = [count * units, target.Dims[1]],
                    };
                    Gemm.Run(default(IdentityOp), part, Turned(Columns(d, slot * units, count * units)), rows.Operand, null, 1, adds ? 1 : 0);
                }
            });
        }

        int first = FirstStepSlot(_kind) * units;
        if (Wants(2))
        {
            Tensor before = states.Narrow(0, _reverse ? 1 : 0, d.Shape[0]).AsRows();
            Accumulate(2, Saved(2).Shape, (target, adds) => Gemm.Run(
                default(IdentityOp), target, Turned(Columns(d, first, d.Shape[2] - first)), before.Operand, null, 1, adds ? 1 : 0));
        }

        if (_hasBias && (Wants(3) || Wants(4)))
        {
            Tensor sum = d.AsRows().Sum(0);
            if (Wants(3))
            {
                Send(3, _kind == RecurrentKind.GRU
                    ? Tensor.Concatenate([sum.Narrow(0, units, 2 * units), sum.Narrow(0, 0, units)])
                    : sum.Narrow(0, 0, sum.Count));
            }

            if (Wants(4))
            {
                Send(4, sum.Narrow(0, first, sum.Count - first));
            }
        }
    }

    private void Accumulate(int input, Shape shape, Action<Operand, bool> product)
    {
        if (TryAccumulateInto(input, out Operand sum, out bool adds))
        {
            product(sum, adds);
            return;
        }

        Tensor own = Tensor.Uninitialized(shape, Saved(input).DType, Saved(input).Device, Name);
        product(own.Operand, false);
        Send(input, own);
    }

    private void Compose(IReadOnlyList<Tensor?> gradients)
    {
        Tensor[] inputs = [.. Enumerable.Range(0, Inputs.Length).Select(Saved)];
        Tensor? mask = _ragged is null ? null : Saved(_kept + 4);
        Shape shape = new(inputs[0].Shape[1], inputs[2].Shape[1]);
        Tensor?[] found = ComposedGradient.Of(inputs, gradients, given =>
        {
            Tensor zeros = Tensor.Zeros(shape, given[0].DType, given[0].Device);
            return RecurrentStep.Unroll(
                _kind, given[0], given.AsSpan(1, _hasBias ? 4 : 2), _hidden < 0 ? zeros : given[_hidden],
                _kind != RecurrentKind.LSTM ? null : _cell < 0 ? zeros : given[_cell], mask, _reverse);
        });
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is { } gradient && Wants(i))
            {
                Send(i, gradient);
            }
        }
    }
}

/// <summary>What a direction of a recurrent layer is given.</summary>
/// <param name="Kind">The cell.</param>
/// <param name="X">The input, [steps, batch, inputs].</param>
/// <param name="InputWeight">[gates * units, inputs].</param>
/// <param name="StateWeight">[gates * units, units].</param>
/// <param name="InputBias">[gates * units], or null.</param>
/// <param name="StateBias">The bias of the other product; there are both or none.</param>
/// <param name="Hidden">The first hidden state, [batch, units]; null for zeros.</param>
/// <param name="Cell">Likewise the cell state of an LSTM; there are both or none.</param>
/// <param name="Ragged">The lengths, where they differ.</param>
/// <param name="Reverse">Whether the last step comes first.</param>
internal readonly record struct RecurrenceInputs(
    RecurrentKind Kind, Tensor X, Tensor InputWeight, Tensor StateWeight, Tensor? InputBias, Tensor? StateBias, Tensor? Hidden, Tensor? Cell,
    RaggedLengths? Ragged, bool Reverse)
{
    /// <summary>Those that there are, in order.</summary>
    internal Tensor[] All() =>
        [.. ((Tensor?[])[X, InputWeight, StateWeight, InputBias, StateBias, Hidden, Cell]).Where(static tensor => tensor is not null)!];
}
