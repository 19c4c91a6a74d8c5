using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of an element-wise function of several outputs.</summary>
internal static unsafe class HostMultiMap<TMap, TScalar, TVector, TStored>
    where TMap : unmanaged, IMultiMap
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
    where TStored : unmanaged, IStored<TStored, TScalar>
{
    // Elements a thread takes at a time, and elements staged on the stack: see HostMap.
    private const int Grain = 8 * 1024;
    private const int Tile = 128;

    private static int Operands => TMap.Outputs + TMap.Inputs;

    internal static void Run(TMap map, in LoopNest nest, Operand[] operands)
    {
        Ports ports = default;
        for (int i = 0; i < operands.Length; i++)
        {
            ports[i] = HostOperand<TStored, TScalar>.Of(operands[i]);
        }

        Loop loop = new(map, nest, ports);
        if (nest.Rank <= 1)
        {
            HostParallel.For(nest.InnerLength, HostParallel.EvenGrain(nest.InnerLength, Grain, unit: 64), loop);
        }
        else
        {
            HostParallel.For(nest.OuterCount, Math.Max(1, Grain / nest.InnerLength), loop);
        }

        // The addresses are in use up to here.
        GC.KeepAlive(operands);
    }

    // Outputs stand first in all lists of operands.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Contiguous(TMap map, TScalar** at, int length)
    {
        int width = sizeof(TVector) / sizeof(TScalar);
        int i = 0;
        for (; i <= length - width; i += width)
        {
            // Field by field: of a struct whose address is taken nothing stays in registers. Constants decide.
            Pack<TVector> y = map.Apply(new Pack<TVector>
            {
                A = Load(at, 0, i),
                B = Load(at, 1, i),
                C = Load(at, 2, i),
                D = Load(at, 3, i),
                E = Load(at, 4, i),
                F = Load(at, 5, i),
                G = Load(at, 6, i),
            });
            Store(at, 0, i, y.A);
            Store(at, 1, i, y.B);
            Store(at, 2, i, y.C);
            Store(at, 3, i, y.D);
            Store(at, 4, i, y.E);
            Store(at, 5, i, y.F);
            Store(at, 6, i, y.G);
        }

        if (i < length)
        {
            Tail(map, at, i, length - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(TScalar** at, int input, int i) => input < TMap.Inputs ? *(TVector*)(at[TMap.Outputs + input] + i) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TScalar** at, int output, int i, TVector value)
    {
        if (output < TMap.Outputs)
        {
            *(TVector*)(at[output] + i) = value;
        }
    }

    // Runs the vector code too: see HostMap.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tail(TMap map, TScalar** at, int done, int rest)
    {
        TVector* registers = stackalloc TVector[Operands];
        TScalar** rows = stackalloc TScalar*[Operands];
        for (int i = 0; i < Operands; i++)
        {
            rows[i] = (TScalar*)(registers + i);
            if (i >= TMap.Outputs)
            {
                Unsafe.CopyBlockUnaligned(rows[i], at[i] + done, (uint)(rest * sizeof(TScalar)));
            }
        }

        Contiguous(map, rows, sizeof(TVector) / sizeof(TScalar));
        for (int i = 0; i < TMap.Outputs; i++)
        {
            Unsafe.CopyBlockUnaligned(at[i] + done, rows[i], (uint)(rest * sizeof(TScalar)));
        }
    }

    [InlineArray(LoopNest.MaxOperands)]
    private struct Ports
    {
        private HostOperand<TStored, TScalar> _first;
    }

    private readonly struct Loop(TMap map, LoopNest nest, Ports ports) : IRangeBody
    {
        private readonly TMap _map = map;
        private readonly LoopNest _nest = nest;
        private readonly Ports _ports = ports;

        public void Run(int start, int end)
        {
            TScalar* tiles = stackalloc TScalar[Operands * Tile];
            int* offsets = stackalloc int[Operands];
            bool isRow = _nest.Rank <= 1;
            for (int outer = isRow ? 0 : start; outer < (isRow ? 1 : end); outer++)
            {
                for (int i = 0; i < Operands; i++)
                {
                    offsets[i] = isRow ? start * _nest.InnerStride(i) : _nest.OuterOffset(i, outer);
                }

                Row(offsets, isRow ? end - start : _nest.InnerLength, tiles);
            }
        }

        private void Row(int* offsets, int length, TScalar* tiles)
        {
            TScalar** at = stackalloc TScalar*[Operands];
            for (int done = 0; done < length; done += Tile)
            {
                int count = Math.Min(Tile, length - done);
                for (int i = 0; i < Operands; i++)
                {
                    HostOperand<TStored, TScalar> port = _ports[i];
                    int stride = _nest.InnerStride(i);
                    at[i] = i >= TMap.Outputs ? port.Stage(offsets[i], stride, done, count, tiles + (i * Tile))
                        : port.IsDirect(stride, length) ? (TScalar*)port.At(offsets[i] + done)
                        : tiles + (i * Tile);
                }

                Contiguous(_map, at, count);
                for (int i = 0; i < TMap.Outputs; i++)
                {
                    if (at[i] == tiles + (i * Tile))
                    {
                        int stride = _nest.InnerStride(i);
                        _ports[i].Unstage(at[i], offsets[i] + (done * stride), stride, count);
                    }
                }
            }
        }
    }
}
