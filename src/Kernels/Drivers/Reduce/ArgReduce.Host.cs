using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of an arg-reduction.</summary>
internal static unsafe class HostArgReduce<TOrder, TScalar, TVector, TIndex>
    where TOrder : unmanaged, IOrder
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, INumeric<TVector>
    where TIndex : unmanaged, INumeric<TIndex>
{
    private const int Grain = 32 * 1024;
    private const int BlockElements = 1024;

    // A single result's elements are split for the threads, and the pieces' winners compared.
    private const int PieceElements = 256 * 1024;

    // Registers of columns that are searched side by side.
    private const int TileRegisters = 8;

    // Positions are kept in the elements' type, which holds integers up to here.
    private const int MostRows = 1 << 24;

    internal static void Run(ReducePlan plan, in Operand results, in Operand elements)
    {
        TIndex* output = results.Host<TIndex>();
        TScalar* input = elements.Host<TScalar>();
        BlockPool pool = results.Device.Pool;
        if (plan.Kept.Rank > 0 && plan.Kept.InnerStride(ReducePlan.Input) == 1 && plan.Kept.InnerLength >= Width
            && plan.ReducedCount <= MostRows)
        {
            int tile = Math.Min(TileRegisters, plan.Kept.InnerLength / Width) * Width;
            int tiles = ((plan.Kept.InnerLength - 1) / tile) + 1;
            HostParallel.For(
                plan.Kept.OuterCount * tiles, (int)Math.Max(1, Grain / ((long)tile * plan.ReducedCount)),
                new Columns(plan, output, input, tiles));
            return;
        }

        if (plan.KeptCount == 1 && plan.ReducedCount >= 2 * PieceElements)
        {
            plan.Split(PieceElements);
            Block winners = pool.Rent((long)plan.Pieces * sizeof(Candidate<TOrder, TScalar>));
            try
            {
                Candidate<TOrder, TScalar>* candidates = winners.Host<Candidate<TOrder, TScalar>>(0);
                HostParallel.For(plan.Pieces, 1, new Pieces(plan, candidates, input));
                Candidate<TOrder, TScalar> best = candidates[0];
                for (int piece = 1; piece < plan.Pieces; piece++)
                {
                    best = best.LosesTo(candidates[piece].Value, candidates[piece].Index) ? candidates[piece] : best;
                }

                *output = best.Index;
            }
            finally
            {
                pool.Return(winners);
            }

            return;
        }

        HostParallel.For(plan.KeptCount, Math.Max(1, Grain / plan.ReducedCount), new Rows(plan, output, input));
    }

    private static Candidate<TOrder, TScalar> Find(in LoopNest reduced, TScalar* elements, int start, int end)
    {
        Candidate<TOrder, TScalar> best = new() { Value = elements[reduced.Offset(0, start)], Index = start };
        int length = reduced.InnerLength;
        int stride = reduced.InnerStride(0);
        for (int i = start; i < end && !Candidate<TOrder, TScalar>.IsNaN(best.Value);)
        {
            int row = i / length;
            int column = i - (row * length);
            int n = Math.Min(Math.Min(length - column, end - i), BlockElements);
            TScalar* x = elements + reduced.OuterOffset(0, row) + ((long)column * stride);
            if (stride != 1 || n < Width)
            {
                Scan(x, stride, i, n, ref best);
            }
            else
            {
                TScalar first = First(x, n);
                if (best.LosesTo(first, int.MaxValue))
                {
                    best = new() { Value = first, Index = i + Search(x, n, first) };
                }
            }

            i += n;
        }

        return best;
    }

    // Elements come in order, so the first of equals stays, and nothing comes before the first NaN.
    private static void Scan(TScalar* x, int stride, int index, int count, ref Candidate<TOrder, TScalar> best)
    {
        for (int k = 0; k < count; k++)
        {
            TScalar value = x[(long)k * stride];
            if (TScalar.IsNonzero(TOrder.IfBefore(value, best.Value, 1, 0)))
            {
                best = new() { Value = value, Index = index + k };
            }
            else if (Candidate<TOrder, TScalar>.IsNaN(value))
            {
                best = new() { Value = value, Index = index + k };
                return;
            }
        }
    }

    private static int Search(TScalar* x, int count, TScalar wanted)
    {
        bool nan = Candidate<TOrder, TScalar>.IsNaN(wanted);
        int k = 0;
        while (k < count - 1 && !(nan ? Candidate<TOrder, TScalar>.IsNaN(x[k]) : TScalar.IsNonzero(TScalar.IfEqual(x[k], wanted, 1, 0))))
        {
            k++;
        }

        return k;
    }

    private static int Width => sizeof(TVector) / sizeof(TScalar);

    /// <summary>The first value, in the order, of at least a register's worth of elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TScalar First(TScalar* x, int length)
    {
        int width = Width;
        TVector a = *(TVector*)x;
        TVector b = *(TVector*)(x + length - width);
        int i = width;
        for (; i <= length - (2 * width); i += 2 * width)
        {
            a = TOrder.First(a, *(TVector*)(x + i));
            b = TOrder.First(b, *(TVector*)(x + i + width));
        }

        for (; i <= length - width; i += width)
        {
            a = TOrder.First(a, *(TVector*)(x + i));
        }

        a = TOrder.First(a, b);
        TScalar first = ((TScalar*)&a)[0];
        for (int lane = 1; lane < width; lane++)
        {
            first = TOrder.First(first, ((TScalar*)&a)[lane]);
        }

        return first;
    }

    private readonly struct Rows(ReducePlan plan, TIndex* output, TScalar* input) : IRangeBody
    {
        private readonly ReducePlan _plan = plan;

        public void Run(int start, int end)
        {
            for (int kept = start; kept < end; kept++)
            {
                TScalar* elements = input + _plan.Kept.Offset(ReducePlan.Input, kept);
                output[_plan.Kept.Offset(ReducePlan.Output, kept)] = Find(_plan.Reduced, elements, 0, _plan.ReducedCount).Index;
            }
        }
    }

    private readonly struct Pieces(ReducePlan plan, Candidate<TOrder, TScalar>* candidates, TScalar* input) : IRangeBody
    {
        private readonly ReducePlan _plan = plan;

        public void Run(int start, int end)
        {
            for (int piece = start; piece < end; piece++)
            {
                int first = piece * _plan.PieceLength;
                int last = first + Math.Min(_plan.PieceLength, _plan.ReducedCount - first);
                candidates[piece] = Find(_plan.Reduced, input, first, last);
            }
        }
    }

    private readonly struct Columns(ReducePlan plan, TIndex* output, TScalar* input, int tiles) : IRangeBody
    {
        private readonly ReducePlan _plan = plan;

        [SkipLocalsInit]
        public void Run(int start, int end)
        {
            TVector* best = stackalloc TVector[TileRegisters];
            TVector* index = stackalloc TVector[TileRegisters];
            int length = _plan.Kept.InnerLength;
            for (int item = start; item < end; item++)
            {
                int outer = item / tiles;

                // The last tile reaches back over columns that are already done.
                int tile = Math.Min(TileRegisters, length / Width) * Width;
                int column = Math.Min((item - (outer * tiles)) * tile, length - tile);
                Search(input + _plan.Kept.OuterOffset(ReducePlan.Input, outer) + column, tile / Width, best, index);
                int stride = _plan.Kept.InnerStride(ReducePlan.Output);
                TIndex* target = output + _plan.Kept.OuterOffset(ReducePlan.Output, outer) + ((long)column * stride);
                for (int c = 0; c < tile; c++)
                {
                    target[(long)c * stride] = (int)TScalar.ToDouble(((TScalar*)index)[c]);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Search(TScalar* elements, int registers, TVector* best, TVector* index)
        {
            for (int r = 0; r < registers; r++)
            {
                best[r] = ((TVector*)elements)[r];
                index[r] = 0;
            }

            for (int row = 1; row < _plan.ReducedCount; row++)
            {
                TVector* x = (TVector*)(elements + _plan.Reduced.Offset(0, row));
                TVector place = row;
                for (int r = 0; r < registers; r++)
                {
                    TVector value = x[r];
                    TVector known = best[r];
                    TVector found = TOrder.IfBefore(value, known, place, index[r]);
                    index[r] = TVector.IfEqual(value, value, found, TVector.IfEqual(known, known, place, found));
                    best[r] = TOrder.First(known, value);
                }
            }
        }
    }
}
