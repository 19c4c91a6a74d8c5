using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Runs a recurrent cell along a sequence, forward and backward.</summary>
/// <remarks>
/// The slots hold the inputs' products when it begins: what is left is, for each step, the product with the hidden state and the cell. On
/// the host each thread takes some sequences of the batch through all steps, so that threads wait for each other once and not at each step,
/// with a weight that is packed once; elsewhere a step is a product and a kernel.
/// </remarks>
internal static class Recurrence
{
    /// <summary>Runs the steps: slots become what the derivative needs, and the states are written.</summary>
    internal static void Forward<TMap>(in RecurrenceOperands x)
        where TMap : unmanaged, ICellMap => Dispatch.Real(typeof(TMap).Name, x.Slots.DType, x.Slots.Device, new Visitor<TMap>(x, forward: true));

    /// <summary>Runs the steps backward: the gradients of the slots are written, and those of the states become those of the first ones.</summary>
    internal static void Backward<TMap>(in RecurrenceOperands x)
        where TMap : unmanaged, ICellMap => Dispatch.Real(typeof(TMap).Name, x.Slots.DType, x.Slots.Device, new Visitor<TMap>(x, forward: false));

    private readonly ref struct Visitor<TMap>(in RecurrenceOperands operands, bool forward) : IRealVisitor
        where TMap : unmanaged, ICellMap
    {
        private readonly ref readonly RecurrenceOperands _operands = ref operands;
        private readonly bool _forward = forward;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain, "Recurrences are computed in Float32 or Float64.");
            ref readonly RecurrenceOperands x = ref _operands;
            if (x.Batch == 0 || x.Steps == 0)
            {
                return;
            }

            if (x.Slots.Device.StartsOnHost())
            {
                HostRecurrence<TMap, TStored, TScalar, TVector>.Run(x, _forward);
            }
            else if (_forward)
            {
                GpuRecurrence<TMap, TScalar>.Forward(x);
            }
            else
            {
                GpuRecurrence<TMap, TScalar>.Backward(x);
            }
        }
    }
}

/// <summary>What a recurrence works on; all contiguous, of one type and device.</summary>
/// <param name="Slots">[steps, batch, slots * units].</param>
/// <param name="Weight">The weight of the hidden state, [stepped slots * units, units].</param>
/// <param name="States">Hidden states, [steps + 1, batch, units]: the first one, behind all others if the sequence runs backward, and that
/// of each step.</param>
/// <param name="Cells">Cell states, likewise; the hidden ones again if the cell has none.</param>
/// <param name="Lengths">How many steps each sequence of the batch has, Int32 [batch]; null for all. Behind them states stay.</param>
/// <param name="Reverse">Whether the last step comes first.</param>
internal readonly record struct RecurrenceOperands(
    Operand Slots, Operand Weight, Operand States, Operand Cells, Operand? Lengths, bool Reverse)
{
    /// <summary>For the backward pass: the gradient of each step's hidden state, [steps, batch, units], or null for zeros.</summary>
    internal Operand? Outputs { get; init; }

    /// <summary>For the backward pass: where the gradients of the slots go.</summary>
    internal Operand SlotGradients { get; init; }

    /// <summary>For the backward pass: the gradient of the last hidden state, [batch, units], and then that of the first.</summary>
    internal Operand StateGradient { get; init; }

    /// <summary>For the backward pass: likewise of the cell state.</summary>
    internal Operand CellGradient { get; init; }

    internal int Steps => Slots.Dims[0];

    internal int Batch => Slots.Dims[1];

    internal int Width => Slots.Dims[2];

    internal int Units => States.Dims[2];

    /// <summary>The step that comes as number <paramref name="turn"/>.</summary>
    internal int Step(int turn) => Reverse ? Steps - 1 - turn : turn;

    /// <summary>Where the states before a step stand.</summary>
    internal int Before(int step) => Reverse ? step + 1 : step;

    /// <summary>Where the states after a step stand.</summary>
    internal int After(int step) => Reverse ? step : step + 1;
}
