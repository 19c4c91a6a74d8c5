using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The sums over rows, for what all rows share; the tails of rows.</content>
internal readonly unsafe partial struct HostRows<TOp, TColumns, TScalar, TVector>
{
    // Adds what the rows of a batch have for each column to the sums of the piece.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddColumns(int first, int rows, TScalar* values, TScalar* partials)
    {
        int columns = _columns;
        int full = columns / Lanes<TScalar, TVector>.Width * Lanes<TScalar, TVector>.Width;
        TScalar* a = _a + ((long)first * columns);
        TScalar* b = _b + ((long)first * columns);
        TScalar* second = partials + ((long)_pieces * columns);
        int done = 0;
        for (; done <= rows - 2; done += 2)
        {
            AddPair(a + ((nint)done * columns), b + ((nint)done * columns), full, values + done, partials, second);
        }

        if (done < rows)
        {
            AddRow(a + ((nint)done * columns), b + ((nint)done * columns), full, values + done, partials, second);
        }

        for (int i = full; i < columns; i++)
        {
            for (int row = 0; row < rows; row++)
            {
                RowElement<TScalar> e = Load<TScalar>(a, b, null, null, null, i + ((nint)row * columns));
                RowStats<TScalar> s = Given<TScalar>(values, row);
                partials[i] = TColumns.Add(0, partials[i], e, s);
                if (TColumns.Columns > 1)
                {
                    second[i] = TColumns.Add(1, second[i], e, s);
                }
            }
        }
    }

    // Two rows at once: each sum is read and written half as often.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddPair(TScalar* a, TScalar* b, int full, TScalar* values, TScalar* partials, TScalar* second)
    {
        TScalar* nextA = a + _columns;
        TScalar* nextB = b + _columns;
        RowStats<TVector> s0 = Given<TVector>(values, 0);
        RowStats<TVector> s1 = Given<TVector>(values, 1);
        for (int i = 0; i < full; i += Lanes<TScalar, TVector>.Width)
        {
            RowElement<TVector> e0 = Load<TVector>(a, b, null, null, null, i);
            RowElement<TVector> e1 = Load<TVector>(nextA, nextB, null, null, null, i);
            *(TVector*)(partials + i) = TColumns.Add(0, TColumns.Add(0, *(TVector*)(partials + i), e0, s0), e1, s1);
            if (TColumns.Columns > 1)
            {
                *(TVector*)(second + i) = TColumns.Add(1, TColumns.Add(1, *(TVector*)(second + i), e0, s0), e1, s1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddRow(TScalar* a, TScalar* b, int full, TScalar* values, TScalar* partials, TScalar* second)
    {
        RowStats<TVector> s = Given<TVector>(values, 0);
        for (int i = 0; i < full; i += Lanes<TScalar, TVector>.Width)
        {
            RowElement<TVector> e = Load<TVector>(a, b, null, null, null, i);
            *(TVector*)(partials + i) = TColumns.Add(0, *(TVector*)(partials + i), e, s);
            if (TColumns.Columns > 1)
            {
                *(TVector*)(second + i) = TColumns.Add(1, *(TVector*)(second + i), e, s);
            }
        }
    }

    // The tail of what all rows share.
    private RowElement<TVector> SharedTail()
    {
        RowElement<TVector> e = default;
        if (Has(RowParts.G))
        {
            e.G = _g == null ? 1 : Lanes<TScalar, TVector>.LoadTail(_g, _columns);
        }

        if (Has(RowParts.H) && _h != null)
        {
            e.H = Lanes<TScalar, TVector>.LoadTail(_h, _columns);
        }

        return e;
    }

    // A row's tail. What stands before a short row is the row before it, if there is one: no matter what it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RowElement<TVector> Tail(TScalar* a, TScalar* start, TScalar* b, byte* mask, RowElement<TVector> shared)
    {
        int before = _columns - Lanes<TScalar, TVector>.Width;
        RowElement<TVector> e = shared;
        if (a + before >= start)
        {
            e.A = *(TVector*)(a + before);
            if (Has(RowParts.B))
            {
                e.B = *(TVector*)(b + before);
            }
        }
        else
        {
            e.A = Lanes<TScalar, TVector>.LoadTail(a, _columns);
            if (Has(RowParts.B))
            {
                e.B = Lanes<TScalar, TVector>.LoadTail(b, _columns);
            }
        }

        if (Has(RowParts.Mask))
        {
            e.H = Lanes<TScalar, TVector>.LoadMaskTail(mask, _columns);
        }

        return e;
    }
}
