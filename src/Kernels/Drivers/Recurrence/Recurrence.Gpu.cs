using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of recurrences: a step is a product with the hidden states and a kernel over all units of the batch.</summary>
internal static class GpuRecurrence<TMap, T>
    where TMap : unmanaged, ICellMap
    where T : unmanaged, IReal<T>, IScalar<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Forward(in RecurrenceOperands x)
    {
        Operand weight = x.Weight with { Dims = [x.Weight.Dims[1], x.Weight.Dims[0]], Strides = [1, x.Units] };
        Arguments k = Common(x);
        for (int turn = 0; turn < x.Steps; turn++)
        {
            int step = x.Step(turn);
            Operand before = State(x, x.States, x.Before(step));
            Gemm.Run(default(IdentityOp), Stepped(x, x.Slots, step), before, weight, null, 1, 1);
            k.Step = step;
            k.Slots = Slots(x, x.Slots, step);
            k.Before = before.View<T>();
            k.After = State(x, x.States, x.After(step)).View<T>();
            k.CellBefore = State(x, x.Cells, x.Before(step)).View<T>();
            k.CellAfter = State(x, x.Cells, x.After(step)).View<T>();
            x.Slots.Device.Launch(x.Slots.Device.Grid(k.Count), ForwardKernel, k);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Backward(in RecurrenceOperands x)
    {
        Arguments k = Common(x);
        k.StateGradient = x.StateGradient.View<T>();
        k.CellGradient = TMap.HasCell ? x.CellGradient.View<T>() : k.StateGradient;
        for (int turn = x.Steps - 1; turn >= 0; turn--)
        {
            int step = x.Step(turn);
            k.Step = step;
            k.Slots = Slots(x, x.Slots, step);
            k.SlotGradients = Slots(x, x.SlotGradients, step);
            k.Before = State(x, x.States, x.Before(step)).View<T>();
            k.CellBefore = State(x, x.Cells, x.Before(step)).View<T>();
            if (x.Outputs is { } outputs)
            {
                k.Outputs = State(x, outputs, step).View<T>();
            }

            x.Slots.Device.Launch(x.Slots.Device.Grid(k.Count), BackwardKernel, k);
            Gemm.Run(default(IdentityOp), x.StateGradient, Stepped(x, x.SlotGradients, step), x.Weight, null, 1, 1);
        }
    }

    // Views that a kernel does not read repeat one that it does: none may be without memory.
    private static Arguments Common(in RecurrenceOperands x)
    {
        ArrayView<T> any = x.Slots.View<T>();
        return new()
        {
            Count = x.Batch * x.Units,
            Units = x.Units,
            IsRagged = x.Lengths is null ? 0 : 1,
            HasOutputs = x.Outputs is null ? 0 : 1,
            Lengths = x.Lengths is { } lengths ? lengths.View<int>() : any.Cast<int>(),
            SlotGradients = any,
            StateGradient = any,
            CellGradient = any,
            Outputs = any,
            After = any,
            CellAfter = any,
        };
    }

    private static ArrayView<T> Slots(in RecurrenceOperands x, in Operand slots, int step) =>
        (slots with { Offset = slots.Offset + (step * x.Batch * x.Width) }).View<T>();

    // The slots of a step that the hidden state has a part in, as a matrix.
    private static Operand Stepped(in RecurrenceOperands x, in Operand slots, int step) => slots with
    {
        Offset = slots.Offset + (step * x.Batch * x.Width) + (TMap.FirstStepSlot * x.Units),
        Dims = [x.Batch, x.Weight.Dims[0]],
        Strides = [x.Width, 1],
    };

    private static Operand State(in RecurrenceOperands x, in Operand states, int index) => states with
    {
        Offset = states.Offset + (index * x.Batch * x.Units),
        Dims = [x.Batch, x.Units],
        Strides = [x.Units, 1],
    };

    private static void ForwardKernel(Arguments k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Units;
            int slot = (row * k.Units * TMap.Slots) + (i - (row * k.Units));
            bool isIn = k.IsRagged == 0 || k.Step < k.Lengths[row];
            if (!isIn)
            {
                k.After[i] = k.Before[i];
                if (TMap.HasCell)
                {
                    k.CellAfter[i] = k.CellBefore[i];
                }
            }
            else
            {
                Pack<T> x = default;
                x.A = k.Slots[slot];
                if (TMap.Slots > 1)
                {
                    x.B = k.Slots[slot + k.Units];
                    x.C = k.Slots[slot + (2 * k.Units)];
                    x.D = k.Slots[slot + (3 * k.Units)];
                    x.E = TMap.HasCell ? k.CellBefore[i] : k.Before[i];
                }

                Pack<T> y = default(TMap).Apply(x);
                k.Slots[slot] = y.A;
                if (TMap.Slots > 1)
                {
                    k.Slots[slot + k.Units] = y.B;
                    k.Slots[slot + (2 * k.Units)] = y.C;
                    k.Slots[slot + (3 * k.Units)] = y.D;
                }

                if (TMap.HasCell)
                {
                    k.CellAfter[i] = y.E;
                }

                k.After[i] = TMap.HasCell ? y.F : TMap.Slots > 1 ? y.E : y.B;
            }
        }
    }

    private static void BackwardKernel(Arguments k)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Units;
            int slot = (row * k.Units * TMap.Slots) + (i - (row * k.Units));
            bool isIn = k.IsRagged == 0 || k.Step < k.Lengths[row];
            Pack<T> y = default;
            if (isIn)
            {
                T gradient = k.StateGradient[i];
                if (k.HasOutputs != 0)
                {
                    gradient += k.Outputs[i];
                }

                Pack<T> x = default;
                x.A = k.Slots[slot];
                if (TMap.Slots > 1)
                {
                    x.B = k.Slots[slot + k.Units];
                    x.C = k.Slots[slot + (2 * k.Units)];
                    x.D = k.Slots[slot + (3 * k.Units)];
                    x.E = TMap.HasCell ? k.CellBefore[i] : k.Before[i];
                    x.F = gradient;
                }
                else
                {
                    x.B = gradient;
                }

                if (TMap.HasCell)
                {
                    x.G = k.CellGradient[i];
                }

                y = default(TMap).Apply(x);
                k.StateGradient[i] = TMap.Slots > 1 ? y.E : y.B;
                if (TMap.HasCell)
                {
                    k.CellGradient[i] = y.F;
                }
            }

            // Behind a sequence's end nothing has a gradient.
            k.SlotGradients[slot] = y.A;
            if (TMap.Slots > 1)
            {
                k.SlotGradients[slot + k.Units] = y.B;
                k.SlotGradients[slot + (2 * k.Units)] = y.C;
                k.SlotGradients[slot + (3 * k.Units)] = y.D;
            }
        }
    }

    internal struct Arguments
    {
        internal int Step;
        internal int Count;
        internal int Units;
        internal int IsRagged;
        internal int HasOutputs;
        internal ArrayView<int> Lengths;
        internal ArrayView<T> Slots;
        internal ArrayView<T> SlotGradients;
        internal ArrayView<T> Before;
        internal ArrayView<T> After;
        internal ArrayView<T> CellBefore;
        internal ArrayView<T> CellAfter;
        internal ArrayView<T> StateGradient;
        internal ArrayView<T> CellGradient;
        internal ArrayView<T> Outputs;
    }
}
