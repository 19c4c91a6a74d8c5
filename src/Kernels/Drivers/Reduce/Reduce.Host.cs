using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of a reduction.</summary>
/// <remarks>
/// Where neighbours in memory belong to one result, its elements are taken in registers of neighbours ("rows"); where they
/// belong to neighbouring results, a register holds several results ("columns"). Both add up short blocks and join those
/// pairwise (N. Higham, "The accuracy of floating point summation", 1993).
/// </remarks>
internal static unsafe class HostReduce<TRed, TScalar, TVector>
    where TRed : unmanaged, ITypedReduction<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    // Elements a thread takes at a time.
    private const int Grain = 32 * 1024;

    // Elements of a piece, when results are too few to occupy all threads; and how many results are enough.
    private const int PieceElements = 64 * 1024;
    private const int ManyResults = 64;

    // Registers side by side in a tile of columns, and bytes of a row in a panel, which is what a thread takes.
    private const int TileRegisters = 4;
    private const int PanelBytes = 2048;

    // Elements in a block that is added up one after the other, and rows in one of columns.
    private const int BlockElements = 1024;
    private const int BlockRows = 32;

    // Elements of a block in each of four streams, and how far the streams are apart at least.
    private const int StreamElements = 512;
    private const int FarElements = 8 * 1024;

    // Blocks join like the carries of a binary counter: 2^Levels of them, 32 rows each, are more than an int can count.
    private const int Levels = 27;

    private static int Width => sizeof(TVector) / sizeof(TScalar);

    internal static void Run(
        TRed reduction, ReducePlan plan, in Operand results, in Operand elements, in Operand anchors, bool accumulate)
    {
        TScalar* output = results.Host<TScalar>();
        TScalar* input = elements.Host<TScalar>();
        TScalar* anchor = anchors.Host<TScalar>();
        bool columns = IsByColumns(plan);
        if (columns)
        {
            int panel = Math.Min(plan.Kept.InnerLength, PanelBytes / sizeof(TScalar));
            int panels = plan.Kept.OuterCount * (((plan.Kept.InnerLength - 1) / panel) + 1);
            int rows = Math.Max(BlockRows, PieceElements / panel);
            if (panels < ManyResults && plan.ReducedCount >= 2 * rows)
            {
                plan.Split(rows);
            }
        }
        else if (plan.KeptCount < ManyResults && plan.ReducedCount >= 2 * PieceElements)
        {
            plan.Split(PieceElements);
        }

        if (plan.Pieces == 1)
        {
            Pass<WholePass>(reduction, plan, plan.ReducedCount, output, input, anchor, accumulate, columns);
            return;
        }

        BlockPool pool = results.Device.Pool;
        Block partials = pool.Rent((long)plan.KeptCount * plan.Pieces * sizeof(TScalar));
        try
        {
            TScalar* partial = partials.Host<TScalar>(0);
            Pass<PiecesPass>(
                reduction, plan, plan.ReducedCount, partial, input, anchor, false, columns);
            ReducePlan join = plan.Join();
            Pass<JoiningPass>(
                reduction, join, plan.ReducedCount, output, partial, anchor, accumulate, IsByColumns(join));
        }
        finally
        {
            pool.Return(partials);
        }
    }

    private static bool IsByColumns(in ReducePlan plan) =>
        plan.Kept.Rank > 0 && plan.Kept.InnerStride(ReducePlan.Input) == 1 && plan.Kept.InnerLength >= Width;

    private static void Pass<TPass>(
        TRed reduction, in ReducePlan plan, int count, TScalar* output, TScalar* input, TScalar* anchor, bool accumulate, bool columns)
        where TPass : unmanaged, IPass
    {
        if (columns)
        {
            int panel = Math.Min(plan.Kept.InnerLength, PanelBytes / sizeof(TScalar));
            int panels = ((plan.Kept.InnerLength - 1) / panel) + 1;
            int grain = (int)Math.Max(1, Grain / Math.Max(1, (long)panel * plan.PieceLength));
            HostParallel.For(
                plan.Kept.OuterCount * panels * plan.Pieces, grain,
                new Columns<TPass>(reduction, plan, count, output, input, anchor, accumulate, panel, panels));
        }
        else
        {
            int grain = Math.Max(1, Grain / Math.Max(1, plan.PieceLength));
            HostParallel.For(
                plan.KeptCount * plan.Pieces, grain, new Rows<TPass>(reduction, plan, count, output, input, anchor, accumulate));
        }
    }

    /// <summary>Joins equal values of blocks pairwise, as they come.</summary>
    private ref struct Cascade(TVector* levels, int registers)
    {
        private readonly TVector* _levels = levels;
        private readonly int _registers = registers;
        private uint _blocks;

        /// <summary>Takes the values of a block, and uses their place.</summary>
        internal void Push(TRed reduction, TVector* block)
        {
            int level = 0;
            for (uint carry = _blocks++; (carry & 1) != 0; carry >>= 1)
            {
                TVector* earlier = _levels + (level++ * _registers);
                for (int r = 0; r < _registers; r++)
                {
                    block[r] = reduction.Combine(earlier[r], block[r]);
                }
            }

            for (int r = 0; r < _registers; r++)
            {
                _levels[(level * _registers) + r] = block[r];
            }
        }

        /// <summary>Joins what there is; leaves the total alone if there is nothing.</summary>
        internal readonly void Collect(TRed reduction, TVector* total)
        {
            bool first = true;
            int level = 0;
            for (uint rest = _blocks; rest != 0; rest >>= 1, level++)
            {
                if ((rest & 1) == 0)
                {
                    continue;
                }

                TVector* part = _levels + (level * _registers);
                for (int r = 0; r < _registers; r++)
                {
                    total[r] = first ? part[r] : reduction.Combine(part[r], total[r]);
                }

                first = false;
            }
        }
    }

    private readonly struct Rows<TPass>(
        TRed reduction, ReducePlan plan, int count, TScalar* output, TScalar* input, TScalar* anchor, bool accumulate) : IRangeBody
        where TPass : unmanaged, IPass
    {
        private readonly ReducePlan _plan = plan;

        [SkipLocalsInit]
        public void Run(int start, int end)
        {
            TVector* levels = stackalloc TVector[Levels];
            TScalar* tile = stackalloc TScalar[BlockElements];
            TVector identity = Lanes<TScalar, TVector>.Fill(reduction.Identity);
            bool plain = _plan.Reduced.Rank <= 1 && _plan.Reduced.InnerStride(0) == 1 && _plan.PieceLength <= BlockElements;
            for (int item = start; item < end; item++)
            {
                int piece = item / _plan.KeptCount;
                int kept = item - (piece * _plan.KeptCount);
                int first = piece * _plan.PieceLength;
                int last = first + Math.Min(_plan.ReducedCount - first, _plan.PieceLength);
                TScalar* elements = input + _plan.Kept.Offset(ReducePlan.Input, kept);
                TScalar known = TRed.HasAnchor ? anchor[_plan.Kept.Offset(ReducePlan.Anchor, kept)] : default;
                TVector anchors = TRed.HasAnchor ? Lanes<TScalar, TVector>.Fill(known) : default;
                TVector lanes = plain
                    ? AddUp<TPass>(reduction, elements + first, last - first, anchors, identity)
                    : Reduce(elements, first, last, anchors, identity, levels, tile);
                TScalar total = Join(lanes);
                TScalar* target = output + (_plan.Pieces > 1 ? item : _plan.Kept.Offset(ReducePlan.Output, kept));
                TScalar result = TPass.Finishes ? reduction.Finish(total, count, known) : total;
                *target = accumulate ? *target + result : result;
            }
        }

        private TVector Reduce(
            TScalar* elements, int first, int last, TVector anchors, TVector identity, TVector* levels, TScalar* tile)
        {
            Cascade cascade = new(levels, 1);
            TVector total = identity;
            int length = _plan.Reduced.InnerLength;
            int stride = _plan.Reduced.InnerStride(0);
            int i = first;
            if (_plan.Reduced.Rank <= 1 && stride == 1)
            {
                // Four places of memory at once are read faster than one, if they are pages apart.
                int quarter = (last - first) / 4 / StreamElements * StreamElements;
                int end = first + (quarter >= FarElements ? quarter : 0);
                for (; i < end; i += StreamElements)
                {
                    total = AddUpStreams<TPass>(reduction, elements + i, quarter, anchors, identity);
                    cascade.Push(reduction, &total);
                }

                i = first + (4 * (i - first));
            }

            while (i < last)
            {
                int row = i / length;
                int column = i - (row * length);
                int n = Math.Min(Math.Min(length - column, last - i), BlockElements);
                TScalar* source = elements + _plan.Reduced.OuterOffset(0, row) + ((long)column * stride);
                if (stride != 1)
                {
                    for (int k = 0; k < n; k++)
                    {
                        tile[k] = source[(long)k * stride];
                    }

                    source = tile;
                }

                total = AddUp<TPass>(reduction, source, n, anchors, identity);
                cascade.Push(reduction, &total);
                i += n;
            }

            cascade.Collect(reduction, &total);
            return total;
        }

        // Halves are combined until one lane is left: the first holds the value of all.
        private TScalar Join(TVector lanes)
        {
            for (int half = sizeof(TVector) / 2; half >= sizeof(TScalar); half /= 2)
            {
                lanes = reduction.Combine(lanes, Lanes<TScalar, TVector>.Swapped(lanes, half));
            }

            return *(TScalar*)&lanes;
        }
    }

    private readonly struct Columns<TPass>(
        TRed reduction,
        ReducePlan plan,
        int count,
        TScalar* output,
        TScalar* input,
        TScalar* anchor,
        bool accumulate,
        int panel,
        int panels) : IRangeBody
        where TPass : unmanaged, IPass
    {
        private readonly ReducePlan _plan = plan;

        [SkipLocalsInit]
        public void Run(int start, int end)
        {
            int registers = (panel + Width - 1) / Width;
            int blocks = (_plan.PieceLength + BlockRows - 1) / BlockRows;
            TVector* levels = stackalloc TVector[registers * (BitOperations.Log2((uint)Math.Max(1, blocks)) + 1)];
            TVector* total = stackalloc TVector[registers];
            TVector* known = stackalloc TVector[registers];
            for (int item = start; item < end; item++)
            {
                int strip = item / _plan.Pieces;
                int piece = item - (strip * _plan.Pieces);
                int outer = strip / panels;
                int column = (strip - (outer * panels)) * panel;

                // A panel narrower than a register reaches back over columns that another one does.
                int columns = Math.Min(panel, _plan.Kept.InnerLength - column);
                int first = Math.Min(column, _plan.Kept.InnerLength - Width);
                Panel(outer, first, columns + (column - first), column - first, piece, levels, total, known);
            }
        }

        private void Panel(int outer, int column, int columns, int skip, int piece, TVector* levels, TVector* total, TVector* known)
        {
            int registers = (columns + Width - 1) / Width;
            int lastRegister = columns - Width;
            if (TRed.HasAnchor)
            {
                int stride = _plan.Kept.InnerStride(ReducePlan.Anchor);
                TScalar* source = anchor + _plan.Kept.OuterOffset(ReducePlan.Anchor, outer) + ((long)column * stride);
                for (int r = 0; r < registers; r++)
                {
                    int c = Math.Min(r * Width, lastRegister);
                    for (int lane = 0; lane < Width; lane++)
                    {
                        ((TScalar*)(known + r))[lane] = source[(long)(c + lane) * stride];
                    }
                }
            }

            TVector identity = Lanes<TScalar, TVector>.Fill(reduction.Identity);
            TScalar* elements = input + _plan.Kept.OuterOffset(ReducePlan.Input, outer) + column;
            int first = piece * _plan.PieceLength;
            int last = first + Math.Min(_plan.ReducedCount - first, _plan.PieceLength);
            if (first >= last)
            {
                new Span<TVector>(total, registers).Fill(identity);
            }
            else
            {
                Cascade cascade = new(levels, registers);
                for (int row = first; row < last; row += BlockRows)
                {
                    int rows = Math.Min(BlockRows, last - row);
                    int r = 0;
                    for (; r <= (columns / Width) - TileRegisters; r += TileRegisters)
                    {
                        Tile(elements + (r * Width), row, rows, known + r, identity, total + r);
                    }

                    for (; r < registers; r++)
                    {
                        Register(elements + Math.Min(r * Width, lastRegister), row, rows, known + r, identity, total + r);
                    }

                    cascade.Push(reduction, total);
                }

                cascade.Collect(reduction, total);
            }

            TVector n = Lanes<TScalar, TVector>.Fill((TScalar)count);
            for (int r = 0; TPass.Finishes && r < registers; r++)
            {
                total[r] = reduction.Finish(total[r], n, known[r]);
            }

            Store(outer, column, columns, skip, piece, total);
        }

        private void Store(int outer, int column, int columns, int skip, int piece, TVector* total)
        {
            int stride = _plan.Kept.InnerStride(ReducePlan.Output);
            TScalar* target = output + _plan.Kept.OuterOffset(ReducePlan.Output, outer) + ((long)column * stride);
            if (_plan.Pieces > 1)
            {
                stride = 1;
                target = output + ((long)piece * _plan.KeptCount) + ((long)outer * _plan.Kept.InnerLength) + column;
            }

            // The lanes of the last register end with the last column.
            int whole = columns / Width * Width;
            TScalar* results = (TScalar*)total;
            for (int c = skip; c < columns; c++)
            {
                TScalar result = results[c < whole ? c : c + ((columns + Width - 1) / Width * Width) - columns];
                TScalar* place = target + ((long)c * stride);
                *place = accumulate ? *place + result : result;
            }
        }

        // Two rows at a time, each with sums of its own.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Tile(TScalar* elements, int row, int rows, TVector* known, TVector identity, TVector* total)
        {
            TVector a0 = identity, a1 = identity, a2 = identity, a3 = identity;
            TVector b0 = identity, b1 = identity, b2 = identity, b3 = identity;
            TVector k0 = default, k1 = default, k2 = default, k3 = default;
            if (TRed.HasAnchor)
            {
                k0 = known[0];
                k1 = known[1];
                k2 = known[2];
                k3 = known[3];
            }

            bool regular = _plan.Reduced.Rank <= 1;
            long stride = _plan.Reduced.InnerStride(0);
            int i = row;
            for (; i < row + rows - 1; i += 2)
            {
                TVector* x = (TVector*)(elements + (regular ? i * stride : _plan.Reduced.Offset(0, i)));
                TVector* y = (TVector*)(elements + (regular ? (i + 1) * stride : _plan.Reduced.Offset(0, i + 1)));
                a0 = reduction.Combine(a0, Map<TPass>(reduction, x[0], k0));
                a1 = reduction.Combine(a1, Map<TPass>(reduction, x[1], k1));
                a2 = reduction.Combine(a2, Map<TPass>(reduction, x[2], k2));
                a3 = reduction.Combine(a3, Map<TPass>(reduction, x[3], k3));
                b0 = reduction.Combine(b0, Map<TPass>(reduction, y[0], k0));
                b1 = reduction.Combine(b1, Map<TPass>(reduction, y[1], k1));
                b2 = reduction.Combine(b2, Map<TPass>(reduction, y[2], k2));
                b3 = reduction.Combine(b3, Map<TPass>(reduction, y[3], k3));
            }

            if (i < row + rows)
            {
                TVector* x = (TVector*)(elements + _plan.Reduced.Offset(0, i));
                a0 = reduction.Combine(a0, Map<TPass>(reduction, x[0], k0));
                a1 = reduction.Combine(a1, Map<TPass>(reduction, x[1], k1));
                a2 = reduction.Combine(a2, Map<TPass>(reduction, x[2], k2));
                a3 = reduction.Combine(a3, Map<TPass>(reduction, x[3], k3));
            }

            total[0] = reduction.Combine(a0, b0);
            total[1] = reduction.Combine(a1, b1);
            total[2] = reduction.Combine(a2, b2);
            total[3] = reduction.Combine(a3, b3);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Register(TScalar* elements, int row, int rows, TVector* known, TVector identity, TVector* total)
        {
            TVector sum = identity;
            TVector anchor = TRed.HasAnchor ? *known : default;
            for (int i = row; i < row + rows; i++)
            {
                sum = reduction.Combine(sum, Map<TPass>(reduction, *(TVector*)(elements + _plan.Reduced.Offset(0, i)), anchor));
            }

            *total = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Map<TPass>(TRed reduction, TVector x, TVector anchor)
        where TPass : unmanaged, IPass => TPass.Maps ? reduction.Map(x, anchor) : x;

    /// <summary>The lane by lane values of blocks in four streams.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector AddUpStreams<TPass>(TRed reduction, TScalar* x, int apart, TVector anchor, TVector identity)
        where TPass : unmanaged, IPass
    {
        TScalar* y = x + apart;
        TScalar* z = y + apart;
        TScalar* w = z + apart;
        TVector a = identity, b = identity, c = identity, d = identity;
        for (int i = 0; i < StreamElements; i += Width)
        {
            a = reduction.Combine(a, Map<TPass>(reduction, *(TVector*)(x + i), anchor));
            b = reduction.Combine(b, Map<TPass>(reduction, *(TVector*)(y + i), anchor));
            c = reduction.Combine(c, Map<TPass>(reduction, *(TVector*)(z + i), anchor));
            d = reduction.Combine(d, Map<TPass>(reduction, *(TVector*)(w + i), anchor));
        }

        return reduction.Combine(reduction.Combine(a, b), reduction.Combine(c, d));
    }

    /// <summary>The lane by lane values of neighbouring elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector AddUp<TPass>(TRed reduction, TScalar* x, int length, TVector anchor, TVector identity)
        where TPass : unmanaged, IPass
    {
        int width = Width;
        TVector a = identity;
        TVector b = identity;
        TVector c = identity;
        TVector d = identity;
        int i = 0;
        for (; i <= length - (4 * width); i += 4 * width)
        {
            a = reduction.Combine(a, Map<TPass>(reduction, *(TVector*)(x + i), anchor));
            b = reduction.Combine(b, Map<TPass>(reduction, *(TVector*)(x + i + width), anchor));
            c = reduction.Combine(c, Map<TPass>(reduction, *(TVector*)(x + i + (2 * width)), anchor));
            d = reduction.Combine(d, Map<TPass>(reduction, *(TVector*)(x + i + (3 * width)), anchor));
        }

        for (; i <= length - width; i += width)
        {
            a = reduction.Combine(a, Map<TPass>(reduction, *(TVector*)(x + i), anchor));
        }

        if (i < length)
        {
            TVector tail = default;
            for (int lane = 0; lane < length - i; lane++)
            {
                ((TScalar*)&tail)[lane] = x[i + lane];
            }

            tail = Map<TPass>(reduction, tail, anchor);
            for (int lane = length - i; lane < width; lane++)
            {
                ((TScalar*)&tail)[lane] = ((TScalar*)&identity)[lane];
            }

            b = reduction.Combine(b, tail);
        }

        return reduction.Combine(reduction.Combine(a, b), reduction.Combine(c, d));
    }
}
