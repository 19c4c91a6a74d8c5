using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of recurrences: sequences are shared out among the threads, and each runs through all steps.</summary>
internal static unsafe class HostRecurrence<TMap, TStored, T, TVector>
    where TMap : unmanaged, ICellMap
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>, IScalar<T>
    where TVector : unmanaged, IReal<TVector>
{
    // Sequences that a thread takes at least, so that the weight is not read for too few of them.
    private const int LeastRows = 4;

    internal static void Run(in RecurrenceOperands x, bool forward)
    {
        int units = x.Units;
        int stepped = x.Weight.Dims[0];
        TStored* weight = x.Weight.Host<TStored>();
        (int depth, int columns) = forward ? (units, stepped) : (stepped, units);
        using Scratch memory = Scratch.Rent(x.Slots.Device, x.Slots.DType, [PackedFactor<T>.Size(depth, columns)]);
        Loop loop = new()
        {
            // Slots add h Wᵀ; the gradient of h adds that of the slots times W.
            Weight = forward
                ? PackedFactor<T>.Pack(weight, 1, units, depth, columns, memory.Operand.Host<T>())
                : PackedFactor<T>.Pack(weight, units, 1, depth, columns, memory.Operand.Host<T>()),
            Forward = forward,
            Reverse = x.Reverse,
            Steps = x.Steps,
            Batch = x.Batch,
            Width = x.Width,
            Units = units,
            Slots = x.Slots.Host<T>(),
            States = x.States.Host<T>(),
            Cells = x.Cells.Host<T>(),
            Lengths = x.Lengths is { } lengths ? lengths.Host<int>() : null,
        };
        if (!forward)
        {
            loop.Outputs = x.Outputs is { } outputs ? outputs.Host<T>() : null;
            loop.SlotGradients = x.SlotGradients.Host<T>();
            loop.StateGradient = x.StateGradient.Host<T>();
            loop.CellGradient = TMap.HasCell ? x.CellGradient.Host<T>() : null;
        }

        // A sequence's numbers do not depend on which others are in its part.
        int grain = Math.Max(LeastRows, (x.Batch + HostParallel.Threads - 1) / HostParallel.Threads);
        HostParallel.For(x.Batch, HostParallel.EvenGrain(x.Batch, grain), loop);

        // The addresses are in use up to here.
        GC.KeepAlive(x.Slots.Block);
    }

    private struct Loop : IRangeBody
    {
        internal PackedFactor<T> Weight;
        internal bool Forward;
        internal bool Reverse;
        internal int Steps;
        internal int Batch;
        internal int Width;
        internal int Units;
        internal T* Slots;
        internal T* States;
        internal T* Cells;
        internal int* Lengths;
        internal T* Outputs;
        internal T* SlotGradients;
        internal T* StateGradient;
        internal T* CellGradient;

        public readonly void Run(int start, int end)
        {
            for (int turn = 0; turn < Steps; turn++)
            {
                int index = Forward ? turn : Steps - 1 - turn;
                int step = Reverse ? Steps - 1 - index : index;
                if (Forward)
                {
                    StepForward(step, start, end);
                }
                else
                {
                    StepBackward(step, start, end);
                }
            }
        }

        private readonly bool IsIn(int step, int row) => Lengths is null || step < Lengths[row];

        private readonly nint State(int step, bool before, int row) =>
            (((nint)(before == Reverse ? step + 1 : step) * Batch) + row) * Units;

        private readonly void StepForward(int step, int start, int end)
        {
            T* slots = Slots + ((((nint)step * Batch) + start) * Width);
            T* before = States + State(step, before: true, start);
            Weight.Multiply(before, Units, 1, end - start, slots + (TMap.FirstStepSlot * Units), Width, adds: true);
            T** at = stackalloc T*[TMap.Outputs + TMap.Inputs];
            for (int row = start; row < end; row++, slots += Width)
            {
                nint from = State(step, before: true, row);
                nint to = State(step, before: false, row);
                if (!IsIn(step, row))
                {
                    Copy(States + from, States + to);
                    if (TMap.HasCell)
                    {
                        Copy(Cells + from, Cells + to);
                    }

                    continue;
                }

                for (int slot = 0; slot < TMap.Slots; slot++)
                {
                    at[slot] = at[TMap.Outputs + slot] = slots + (slot * Units);
                }

                at[TMap.Outputs - 1] = States + to;
                if (TMap.HasCell)
                {
                    at[TMap.Slots] = Cells + to;
                }

                if (TMap.Inputs > TMap.Slots)
                {
                    at[TMap.Outputs + TMap.Slots] = (TMap.HasCell ? Cells : States) + from;
                }

                HostMultiMap<TMap, T, TVector, TStored>.Contiguous(default, at, Units);
            }
        }

        private readonly void StepBackward(int step, int start, int end)
        {
            nint first = ((nint)step * Batch) + start;
            T* slots = Slots + (first * Width);
            T* gradients = SlotGradients + (first * Width);
            T** at = stackalloc T*[TMap.Outputs + TMap.Inputs];
            for (int row = start; row < end; row++, slots += Width, gradients += Width)
            {
                if (!IsIn(step, row))
                {
                    new Span<T>(gradients, Width).Clear();
                    continue;
                }

                T* hidden = StateGradient + ((nint)row * Units);
                if (Outputs is not null)
                {
                    Add(Outputs + ((((nint)step * Batch) + row) * Units), hidden);
                }

                for (int slot = 0; slot < TMap.Slots; slot++)
                {
                    at[slot] = gradients + (slot * Units);
                    at[TMap.Outputs + slot] = slots + (slot * Units);
                }

                int input = TMap.Outputs + TMap.Slots;
                if (TMap.Inputs > TMap.Slots + 1)
                {
                    at[input++] = (TMap.HasCell ? Cells : States) + State(step, before: true, row);
                }

                at[TMap.Slots] = at[input++] = hidden;
                if (TMap.HasCell)
                {
                    at[TMap.Slots + 1] = at[input] = CellGradient + ((nint)row * Units);
                }

                HostMultiMap<TMap, T, TVector, TStored>.Contiguous(default, at, Units);
            }

            Weight.Multiply(
                SlotGradients + (first * Width) + (TMap.FirstStepSlot * Units), Width, 1, end - start, StateGradient + ((nint)start * Units), Units,
                adds: true);
        }

        private readonly void Copy(T* from, T* to) => Unsafe.CopyBlockUnaligned(to, from, (uint)(Units * sizeof(T)));

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Add(T* from, T* to)
        {
            int width = sizeof(TVector) / sizeof(T);
            int i = 0;
            for (; i <= Units - width; i += width)
            {
                *(TVector*)(to + i) = *(TVector*)(to + i) + *(TVector*)(from + i);
            }

            for (; i < Units; i++)
            {
                to[i] += from[i];
            }
        }
    }
}
