using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A tile of up to 4 rows and 6 columns of C where both factors run along k in memory: registers hold neighbours in k, and
/// their lanes are added up at the end. Nothing is packed, which pays where few rows share a transposition of B.
/// </summary>
internal static unsafe class GemmDot<T, TRegister>
    where T : unmanaged, INumeric<T>
    where TRegister : unmanaged
{
    /// <summary>Runs a tile of up to <see cref="GemmSimd{TRegister, T}.DotRows"/> and <see cref="GemmSimd{TRegister, T}.DotColumns"/>.</summary>
    internal static void Run(int rows, int columns, in Tile<T> tile)
    {
        switch (rows)
        {
            case 1: Run<Count.One>(columns, tile); break;
            case 2: Run<Count.Two>(columns, tile); break;
            case 3 when GemmSimd<TRegister, T>.DotRows >= 3: Run<Count.Three>(columns, tile); break;
            case 4 when GemmSimd<TRegister, T>.DotRows >= 4: Run<Count.Four>(columns, tile); break;
        }
    }

    private static void Run<TM>(int columns, in Tile<T> tile)
        where TM : struct, ICount
    {
        switch (columns)
        {
            case 1: Multiply<TM, Count.One>(tile); break;
            case 2: Multiply<TM, Count.Two>(tile); break;
            case 3: Multiply<TM, Count.Three>(tile); break;
            case 4: Multiply<TM, Count.Four>(tile); break;
            case 5 when GemmSimd<TRegister, T>.DotColumns >= 5: Multiply<TM, Count.Five>(tile); break;
            case 6 when GemmSimd<TRegister, T>.DotColumns >= 6: Multiply<TM, Count.Six>(tile); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TM, TN>(in Tile<T> tile)
        where TM : struct, ICount
        where TN : struct, ICount
    {
        TRegister c00 = default, c01 = default, c02 = default, c03 = default, c04 = default, c05 = default;
        TRegister c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default;
        TRegister c20 = default, c21 = default, c22 = default, c23 = default, c24 = default, c25 = default;
        TRegister c30 = default, c31 = default, c32 = default, c33 = default, c34 = default, c35 = default;
        T* a = tile.A;
        T* b = tile.B;
        nint rowA = tile.RowA;
        nint columnB = tile.ColumnB;
        T* b3 = b + (3 * columnB);
        nint last = tile.Depth - GemmSimd<TRegister, T>.Count;
        nint p = 0;
        for (; p <= last; p += GemmSimd<TRegister, T>.Count)
        {
            TRegister x0 = *(TRegister*)(a + p);
            TRegister x1 = TM.Value > 1 ? *(TRegister*)(a + (1 * rowA) + p) : default;
            TRegister x2 = TM.Value > 2 ? *(TRegister*)(a + (2 * rowA) + p) : default;
            TRegister x3 = TM.Value > 3 ? *(TRegister*)(a + (3 * rowA) + p) : default;
            Column<TM>(true, x0, x1, x2, x3, b + p, ref c00, ref c10, ref c20, ref c30);
            Column<TM>(TN.Value > 1, x0, x1, x2, x3, b + columnB + p, ref c01, ref c11, ref c21, ref c31);
            Column<TM>(TN.Value > 2, x0, x1, x2, x3, b + (2 * columnB) + p, ref c02, ref c12, ref c22, ref c32);
            Column<TM>(TN.Value > 3, x0, x1, x2, x3, b3 + p, ref c03, ref c13, ref c23, ref c33);
            Column<TM>(TN.Value > 4, x0, x1, x2, x3, b3 + columnB + p, ref c04, ref c14, ref c24, ref c34);
            Column<TM>(TN.Value > 5, x0, x1, x2, x3, b3 + (2 * columnB) + p, ref c05, ref c15, ref c25, ref c35);
        }

        Write<TN>(true, tile, 0, p, c00, c01, c02, c03, c04, c05);
        Write<TN>(TM.Value > 1, tile, 1, p, c10, c11, c12, c13, c14, c15);
        Write<TN>(TM.Value > 2, tile, 2, p, c20, c21, c22, c23, c24, c25);
        Write<TN>(TM.Value > 3, tile, 3, p, c30, c31, c32, c33, c34, c35);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<TM>(
        bool exists, TRegister x0, TRegister x1, TRegister x2, TRegister x3, T* b,
        ref TRegister c0, ref TRegister c1, ref TRegister c2, ref TRegister c3)
        where TM : struct, ICount
    {
        if (!exists)
        {
            return;
        }

        TRegister y = *(TRegister*)b;
        GemmSimd<TRegister, T>.Accumulate(x0, y, ref c0);
        if (TM.Value > 1)
        {
            GemmSimd<TRegister, T>.Accumulate(x1, y, ref c1);
        }

        if (TM.Value > 2)
        {
            GemmSimd<TRegister, T>.Accumulate(x2, y, ref c2);
        }

        if (TM.Value > 3)
        {
            GemmSimd<TRegister, T>.Accumulate(x3, y, ref c3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TN>(
        bool exists, in Tile<T> tile, int row, nint p, TRegister v0, TRegister v1, TRegister v2, TRegister v3, TRegister v4, TRegister v5)
        where TN : struct, ICount
    {
        if (exists)
        {
            Write(true, tile, row, 0, p, v0);
            Write(TN.Value > 1, tile, row, 1, p, v1);
            Write(TN.Value > 2, tile, row, 2, p, v2);
            Write(TN.Value > 3, tile, row, 3, p, v3);
            Write(TN.Value > 4, tile, row, 4, p, v4);
            Write(TN.Value > 5, tile, row, 5, p, v5);
        }
    }

    // Adds the lanes, and the products that do not fill a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(bool exists, in Tile<T> tile, int row, int column, nint p, TRegister value)
    {
        if (!exists)
        {
            return;
        }

        T sum = GemmSimd<TRegister, T>.Sum(value);
        T* a = tile.A + (row * tile.RowA);
        T* b = tile.B + (column * tile.ColumnB);
        T* c = tile.C + (row * tile.RowC) + column;
        for (; p < tile.Depth; p++)
        {
            sum += a[p] * b[p];
        }

        *c = tile.Reads ? (tile.Alpha * sum) + (tile.Beta * *c) : tile.Alpha * sum;
    }
}
