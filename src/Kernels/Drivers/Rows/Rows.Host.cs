using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of a function of rows.</summary>
/// <remarks>
/// Rows are taken in batches that fit the first-level cache: a fold over each, then what their sums settle, in registers over the rows
/// of the batch, then the next fold, at last the write.
/// </remarks>
internal readonly unsafe partial struct HostRows<TOp, TColumns, TScalar, TVector> : IRangeBody
    where TOp : unmanaged, IRowOp
    where TColumns : unmanaged, IRowColumns
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements a thread takes at a time.
    private const int Grain = 8 * 1024;

    // The most rows of a batch: a multiple of all registers.
    private const int Batch = 64;

    // Elements that are added up one after the other before their sum joins the total, so that long rows keep their digits.
    private const int Block = 1024;

    // Rows of a piece, over which sums of columns are added up one after the other.
    private const int LeastRows = 16;
    private const int MostRows = 256;

    // Where a batch's values stand behind one another.
    private const int P = 0;
    private const int Q = Batch;
    private const int R = 2 * Batch;
    private const int S = 3 * Batch;
    private const int Sums = 4 * Batch;
    private const int Own = 7 * Batch;
    private const int Weight = 8 * Batch;
    private const int State = 9 * Batch;

    // What a fold keeps of rows that are shorter than a register: a register each, which is read again at once.
    private const int Short = 10 * Batch;

    private readonly TScalar* _a;
    private readonly TScalar* _b;
    private readonly TScalar* _g;
    private readonly TScalar* _h;
    private readonly TScalar* _output;
    private readonly TScalar* _kept;
    private readonly TScalar* _firstP;
    private readonly TScalar* _firstQ;
    private readonly TScalar* _lastP;
    private readonly TScalar* _lastQ;
    private readonly TScalar* _partials;
    private readonly byte* _mask;
    private readonly HostRowLabels _labels;
    private readonly TScalar _r;
    private readonly TScalar _s;
    private readonly int _maskRepeat;
    private readonly int _maskRows;
    private readonly int _strideQ;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _pieceRows;
    private readonly int _pieces;

    private HostRows(in RowOperands x, TScalar* partials, int pieceRows, int pieces, int* bad)
    {
        _a = Pointer(x.A);
        _b = Pointer(x.B);
        _g = Pointer(x.G);
        _h = Pointer(x.H);
        _output = Pointer(x.Output);
        _kept = Pointer(x.Kept ?? x.Output);
        _firstP = Pointer(x.FirstP);
        _firstQ = Pointer(x.FirstQ);
        _lastP = Pointer(x.LastP);
        _lastQ = Pointer(x.LastQ);
        _partials = partials;
        _r = x.FirstR is { } r ? *r.Host<TScalar>() : TScalar.FromDouble(x.R);
        _s = TScalar.FromDouble(x.S);
        _strideQ = x.FirstQ is { Count: 1 } ? 0 : 1;
        _rows = x.Rows;
        _columns = x.Columns;
        _pieceRows = pieceRows;
        _pieces = pieces;
        _maskRows = 1;
        if (x.Mask is { } mask)
        {
            _mask = mask.Host<byte>();
            _maskRows = mask.Dims[0];
            _maskRepeat = x.MaskRepeat;
        }

        if (x.Labels is not null)
        {
            _labels = new HostRowLabels(x, bad);
        }
    }

    internal static void Run(in RowOperands x, in NormGradients sums)
    {
        int rows = x.Rows;
        int columns = x.Columns;
        if (TColumns.Columns > 0)
        {
            int pieceRows = Math.Clamp(2 * Grain / columns, LeastRows, MostRows);
            int pieces = (rows + pieceRows - 1) / pieceRows;
            using Scratch partials = Scratch.Rent(x.A.Device, x.A.DType, [TColumns.Columns * pieces * columns]);
            HostParallel.For(
                pieces, 1, new HostRows<TOp, TColumns, TScalar, TVector>(x, partials.Operand.Host<TScalar>(), pieceRows, pieces, null));
            Rows.Join(partials.Operand, pieces, columns, sums);
            return;
        }

        int bad = int.MaxValue;
        HostParallel.For(
            rows, Math.Max(1, Grain / Math.Max(1, columns)), new HostRows<TOp, TColumns, TScalar, TVector>(x, null, 1, rows, &bad));
        if (bad != int.MaxValue)
        {
            HostRowLabels.Refuse(x, bad);
        }
    }

    /// <summary>Pieces, if there are sums of columns; else rows.</summary>
    public void Run(int start, int end)
    {
        if (TColumns.Columns == 0)
        {
            Run(start, end, null);
            return;
        }

        for (int piece = start; piece < end; piece++)
        {
            TScalar* partials = _partials + ((long)piece * _columns);
            for (int sum = 0; sum < TColumns.Columns; sum++)
            {
                new Span<TScalar>(partials + ((long)sum * _pieces * _columns), _columns).Clear();
            }

            Run(piece * _pieceRows, Math.Min(_rows, (piece + 1) * _pieceRows), partials);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(int start, int end, TScalar* partials)
    {
        TScalar* values = stackalloc TScalar[Short + (Batch * Lanes<TScalar, TVector>.Width)];
        int* classes = stackalloc int[Batch];
        // Sums of columns read a batch a third time; the sooner it is done, the sooner the next one comes from memory.
        int batch = Math.Clamp((TColumns.Columns > 0 ? 1024 : 2048) / Math.Max(1, _columns), 1, Batch);
        for (int first = start; first < end; first += batch)
        {
            int rows = Math.Min(batch, end - first);
            Begin(first, rows, values, classes);
            if (_output != null || TColumns.Columns == 0)
            {
                if (TOp.Sums(0) > 0)
                {
                    Fold<FirstFold>(first, rows, values);
                }

                Settle(0, rows, values);
                if (TOp.Sums(1) > 0)
                {
                    Fold<SecondFold>(first, rows, values);
                    Settle(1, rows, values);
                }
            }

            if (_output != null)
            {
                Write(first, rows, values);
                if (Has(RowParts.Label))
                {
                    AtLabels(first, rows, values, classes);
                }
            }

            if (TColumns.Columns > 0)
            {
                AddColumns(first, rows, values, partials);
            }

            End(_lastP, first, rows, values + P);
            End(_lastQ, first, rows, values + Q);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Begin(int first, int rows, TScalar* values, int* classes)
    {
        for (int i = 0; i < rows; i++)
        {
            values[P + i] = _firstP == null ? default : _firstP[first + i];
            values[Q + i] = _firstQ == null ? default : _firstQ[(long)(first + i) * _strideQ];
            values[R + i] = _r;
            values[S + i] = _s;
        }

        for (int i = 0; Has(RowParts.Label) && i < rows; i++)
        {
            int column = _labels.Column(first + i, _columns);
            classes[i] = column;
            values[Own + i] = column < 0 ? default : _a[((long)(first + i) * _columns) + column];
            values[Weight + i] = column < 0 ? default : _g == null ? 1 : _g[column];
            values[State + i] = column >= 0 ? 1 : column == HostRowLabels.Ignored ? 0 : double.NaN;
        }
    }

    private static void End(TScalar* place, int first, int rows, TScalar* values)
    {
        if (place != null)
        {
            new Span<TScalar>(values, rows).CopyTo(new Span<TScalar>(place + first, rows));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AtLabels(int first, int rows, TScalar* values, int* classes)
    {
        for (int i = 0; i < rows; i++)
        {
            TScalar* row = _output + ((long)(first + i) * _columns);
            if (classes[i] >= 0)
            {
                row[classes[i]] -= values[R + i];
            }
            else if (classes[i] == HostRowLabels.Ignored)
            {
                new Span<TScalar>(row, _columns).Clear();
            }
        }
    }

    // The statistics of all rows of the batch at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Settle(int fold, int rows, TScalar* values)
    {
        TVector n = _columns;
        for (int i = 0; i < rows; i += Lanes<TScalar, TVector>.Width)
        {
            TScalar* at = values + i;
            RowStats<TVector> s = new() { P = At(at + P), Q = At(at + Q), R = At(at + R), S = At(at + S) };
            RowSums<TVector> sums = new() { A = At(at + Sums), B = At(at + Sums + Batch), C = At(at + Sums + (2 * Batch)) };
            RowLabel<TVector> label = Has(RowParts.Label)
                ? new() { Own = At(at + Own), Weight = At(at + Weight), State = At(at + State) }
                : default;
            s = fold == 0 ? TOp.Settle(0, sums, s, label, n) : TOp.Settle(1, sums, s, label, n);
            *(TVector*)(at + P) = s.P;
            *(TVector*)(at + Q) = s.Q;
            *(TVector*)(at + R) = s.R;
            *(TVector*)(at + S) = s.S;
        }

        static TVector At(TScalar* place) => *(TVector*)place;
    }

    // The number of the fold is a type, so that each is compiled for itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fold<TFold>(int first, int rows, TScalar* values)
        where TFold : unmanaged, IRowFold
    {
        int w = Lanes<TScalar, TVector>.Width;
        int columns = _columns;
        int full = columns / w * w;
        int pairs = columns / (2 * w) * (2 * w);
        TVector dead = Lanes<TScalar, TVector>.Dead(columns);
        bool takesMax = TFold.Number == 0 && Has(RowParts.Max);
        bool keeps = Has(TFold.Number == 0 ? RowParts.KeepsFirst : RowParts.KeepsSecond);
        TScalar* start = Source(TFold.Number);
        TScalar* g = _g;
        TScalar* h = _h;
        TVector index = full < columns ? Lanes<TScalar, TVector>.Index : default;
        TVector none = takesMax ? double.NegativeInfinity : 0;
        RowElement<TVector> shared = full < columns ? SharedTail() : default;
        for (int row = 0; row < rows; row++)
        {
            long place = (long)(first + row) * columns;
            TScalar* a = start + place;
            TScalar* b = _b + place;
            TScalar* kept = _kept + place;
            byte* mask = Has(RowParts.Mask) ? MaskRow(first + row) : null;
            RowStats<TVector> s = Stats<TVector>(values, row);

            // Read before what is kept takes the place of a.
            RowElement<TVector> tail = full < columns ? Tail(a, start, b, mask, shared) : default;
            RowSums<TVector> total = new() { A = none };
            for (int block = 0; block < pairs; block += Block)
            {
                int end = Math.Min(pairs, block + Block);
                RowSums<TVector> t0 = new() { A = none };
                RowSums<TVector> t1 = new() { A = none };
                for (int i = block; i < end; i += 2 * w)
                {
                    RowElement<TVector> e0 = Load<TVector>(a, b, g, h, mask, i);
                    RowElement<TVector> e1 = Load<TVector>(a, b, g, h, mask, i + w);
                    if (keeps)
                    {
                        e0.A = TOp.Keep(e0, s);
                        e1.A = TOp.Keep(e1, s);
                        *(TVector*)(kept + i) = e0.A;
                        *(TVector*)(kept + i + w) = e1.A;
                    }

                    Join<TFold>(ref t0, TOp.Terms(TFold.Number, e0, s));
                    Join<TFold>(ref t1, TOp.Terms(TFold.Number, e1, s));
                }

                Join<TFold>(ref t0, t1);
                Join<TFold>(ref total, t0);
            }

            // What is left is a register, a tail, or both.
            for (int i = pairs; i < columns; i += w)
            {
                bool isTail = i >= full;
                RowElement<TVector> e = isTail ? tail : Load<TVector>(a, b, g, h, mask, i);
                if (keeps)
                {
                    e.A = TOp.Keep(e, s);
                    if (TFold.Number == 1 && full == 0)
                    {
                        *(TVector*)(values + Short + (row * w)) = e.A;
                    }
                    else
                    {
                        Lanes<TScalar, TVector>.StoreTail(kept, isTail ? columns : i + w, e.A);
                    }
                }

                RowSums<TVector> terms = TOp.Terms(TFold.Number, e, s);
                if (isTail)
                {
                    terms.A = TVector.IfGreaterOrEqual(index, dead, terms.A, none);
                    terms.B = TOp.Sums(TFold.Number) > 1 ? TVector.IfGreaterOrEqual(index, dead, terms.B, 0) : terms.B;
                    terms.C = TOp.Sums(TFold.Number) > 2 ? TVector.IfGreaterOrEqual(index, dead, terms.C, 0) : terms.C;
                }

                Join<TFold>(ref total, terms);
            }

            values[Sums + row] = takesMax ? Lanes<TScalar, TVector>.Max(total.A) : Lanes<TScalar, TVector>.Sum(total.A);
            if (TOp.Sums(TFold.Number) > 1)
            {
                values[Sums + Batch + row] = Lanes<TScalar, TVector>.Sum(total.B);
            }

            if (TOp.Sums(TFold.Number) > 2)
            {
                values[Sums + (2 * Batch) + row] = Lanes<TScalar, TVector>.Sum(total.C);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Write(int first, int rows, TScalar* values)
    {
        int w = Lanes<TScalar, TVector>.Width;
        int columns = _columns;
        int full = columns / w * w;
        TScalar* start = Source(2);
        TScalar* g = _g;
        TScalar* h = _h;
        RowElement<TVector> shared = full < columns ? SharedTail() : default;
        for (int row = 0; row < rows; row++)
        {
            long place = (long)(first + row) * columns;
            TScalar* a = start + place;
            TScalar* b = _b + place;
            TScalar* to = _output + place;
            byte* mask = Has(RowParts.Mask) ? MaskRow(first + row) : null;
            RowStats<TVector> s = Stats<TVector>(values, row);

            // Read before the registers are written that it overlaps: the output may be an input.
            RowElement<TVector> tail = full < columns ? Tail(a, start, b, mask, shared) : default;
            for (int i = 0; i < full; i += w)
            {
                *(TVector*)(to + i) = TOp.Write(Load<TVector>(a, b, g, h, mask, i), s);
            }

            if (full < columns)
            {
                if (Has(RowParts.KeepsSecond) && full == 0)
                {
                    tail.A = *(TVector*)(values + Short + (row * w));
                }

                Lanes<TScalar, TVector>.StoreTail(to, columns, TOp.Write(tail, s));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Has(RowParts part) => (TOp.Parts & part) != 0;

    private static TScalar* Pointer(in Operand? operand) => operand is { } given ? given.Host<TScalar>() : null;

    /// <summary>Where A is read from in a fold, or, as number 2, in the write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TScalar* Source(int step) =>
        (step > 0 && Has(RowParts.KeepsFirst)) || (step > 1 && Has(RowParts.KeepsSecond)) ? _kept : _a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* MaskRow(int row) => _mask + ((long)(row / _maskRepeat % _maskRows) * _columns);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join<TFold>(ref RowSums<TVector> total, RowSums<TVector> terms)
        where TFold : unmanaged, IRowFold
    {
        total.A = TFold.Number == 0 && Has(RowParts.Max) ? TVector.Max(total.A, terms.A) : total.A + terms.A;
        if (TOp.Sums(TFold.Number) > 1)
        {
            total.B += terms.B;
        }

        if (TOp.Sums(TFold.Number) > 2)
        {
            total.C += terms.C;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RowStats<T> Stats<T>(TScalar* values, int row)
        where T : unmanaged, IReal<T> => new()
        {
            P = Lanes<TScalar, T>.Fill(values[P + row]),
            Q = Lanes<TScalar, T>.Fill(values[Q + row]),
            R = Lanes<TScalar, T>.Fill(values[R + row]),
            S = Lanes<TScalar, T>.Fill(values[S + row]),
        };

    // P and Q alone, which are what was given.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RowStats<T> Given<T>(TScalar* values, int row)
        where T : unmanaged, IReal<T> => new()
        {
            P = Lanes<TScalar, T>.Fill(values[P + row]),
            Q = Lanes<TScalar, T>.Fill(values[Q + row]),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RowElement<T> Load<T>(TScalar* a, TScalar* b, TScalar* g, TScalar* h, byte* mask, nint i)
        where T : unmanaged, IReal<T>
    {
        RowElement<T> e = default;
        e.A = *(T*)(a + i);
        if (Has(RowParts.B))
        {
            e.B = *(T*)(b + i);
        }

        if (Has(RowParts.G))
        {
            e.G = g == null ? 1 : *(T*)(g + i);
        }

        if (Has(RowParts.H))
        {
            e.H = h == null ? 0 : *(T*)(h + i);
        }

        if (Has(RowParts.Mask))
        {
            e.H = Lanes<TScalar, T>.LoadMask(mask + i);
        }

        return e;
    }
}
