using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A small number as a type, so that the JIT compiles a loop for each.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

/// <summary>How a tile finds its factors, as a type, so that the JIT compiles a loop for each.</summary>
internal interface IWalk
{
    /// <summary>Whether the rows of B stand at listed places, one for each k; else one distance apart.</summary>
    static abstract bool IsListed { get; }

    /// <summary>Whether k runs over several stretches of A, which begin at listed places, and A's rows come in threes that stand anywhere;
    /// else all rows are one distance apart.</summary>
    static abstract bool IsBroken { get; }
}

/// <summary>The ways through the factors.</summary>
internal static class Walk
{
    /// <summary>Two matrices.</summary>
    internal readonly struct Straight : IWalk
    {
        public static bool IsListed => false;

        public static bool IsBroken => false;
    }

    /// <summary>B's rows are pieces of an image, shifted by the taps of a convolution.</summary>
    internal readonly struct Listed : IWalk
    {
        public static bool IsListed => true;

        public static bool IsBroken => false;
    }

    /// <summary>A's rows are such pieces, and go from one row of the image to the next.</summary>
    internal readonly struct Broken : IWalk
    {
        public static bool IsListed => false;

        public static bool IsBroken => true;
    }
}

/// <summary>A piece of C and what it is made of: C = alpha A B + beta C; without <see cref="Reads"/>, C is not read.</summary>
/// <remarks>The strides lead from row to row and from column to column; the columns of C are neighbours.</remarks>
internal unsafe struct Tile<T>
    where T : unmanaged
{
    internal T* A;
    internal nint RowA;
    internal nint ColumnA;
    internal T* B;
    internal nint RowB;
    internal nint ColumnB;
    internal T* C;
    internal nint RowC;
    internal nint Depth;
    internal T Alpha;
    internal T Beta;
    internal bool Reads;

    /// <summary>Where the rows of B stand, counted from <see cref="B"/>, or where the stretches of A begin, from <see cref="A"/>.</summary>
    internal int* Places;

    /// <summary>The stretches of A, each <see cref="Depth"/> long.</summary>
    internal int Stretches;

    /// <summary>From A's first row to its fourth, seventh and tenth, where its rows come in threes.</summary>
    internal nint Fourth;
    internal nint Seventh;
    internal nint Tenth;
}

/// <summary>The innermost loop: a tile of up to 12 rows and two registers, held in registers while k runs over its range.</summary>
/// <remarks>
/// Both factors are read where they stand or from a packed copy; only the strides differ. The columns of B are neighbours. The sums run
/// in the order of k, one accumulator per element, so an element's value does not depend on the tile that computes it. Accumulators are
/// locals, since the JIT keeps locals in registers and arrays in memory.
/// </remarks>
internal static unsafe class GemmTile<T, TRegister>
    where T : unmanaged
    where TRegister : unmanaged
{
    /// <summary>Runs a tile of 1 to <see cref="GemmSimd{TRegister, T}.Rows"/> rows and 1 or 2 registers of columns.</summary>
    internal static void Run(int rows, int registers, in Tile<T> tile) => Run<Walk.Straight>(rows, registers, tile);

    /// <summary>The same on a way of its own through the factors; of rows in threes, a multiple of three.</summary>
    internal static void Run<TWalk>(int rows, int registers, in Tile<T> tile)
        where TWalk : struct, IWalk
    {
        if (registers == 2)
        {
            Run<Count.Two, TWalk>(rows, tile);
        }
        else
        {
            Run<Count.One, TWalk>(rows, tile);
        }
    }

    private static void Run<TN, TWalk>(int rows, in Tile<T> tile)
        where TN : struct, ICount
        where TWalk : struct, IWalk
    {
        switch (rows)
        {
            case 1: Multiply<Count.One, TN, TWalk>(tile); break;
            case 2: Multiply<Count.Two, TN, TWalk>(tile); break;
            case 3: Multiply<Count.Three, TN, TWalk>(tile); break;
            case 4: Multiply<Count.Four, TN, TWalk>(tile); break;
            case 5: Multiply<Count.Five, TN, TWalk>(tile); break;
            case 6: Multiply<Count.Six, TN, TWalk>(tile); break;
            case 7 when GemmSimd<TRegister, T>.Rows >= 7: Multiply<Count.Seven, TN, TWalk>(tile); break;
            case 8 when GemmSimd<TRegister, T>.Rows >= 8: Multiply<Count.Eight, TN, TWalk>(tile); break;
            case 9 when GemmSimd<TRegister, T>.Rows >= 9: Multiply<Count.Nine, TN, TWalk>(tile); break;
            case 10 when GemmSimd<TRegister, T>.Rows >= 10: Multiply<Count.Ten, TN, TWalk>(tile); break;
            case 11 when GemmSimd<TRegister, T>.Rows >= 11: Multiply<Count.Eleven, TN, TWalk>(tile); break;
            case 12 when GemmSimd<TRegister, T>.Rows >= 12: Multiply<Count.Twelve, TN, TWalk>(tile); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TM, TN, TWalk>(in Tile<T> tile)
        where TM : struct, ICount
        where TN : struct, ICount
        where TWalk : struct, IWalk
    {
        TRegister c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        TRegister c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        TRegister c60 = default, c61 = default, c70 = default, c71 = default, c80 = default, c81 = default;
        TRegister c90 = default, c91 = default, ca0 = default, ca1 = default, cb0 = default, cb1 = default;

        // Four bases three rows apart reach all rows with the address modes of x86.
        nint rowA = tile.RowA;
        nint columnA = tile.ColumnA;
        nint rowB = tile.RowB;
        int* places = tile.Places;
        int stretches = tile.Stretches;
        T* first = TWalk.IsListed ? tile.B : tile.A;
        T* b = tile.B;
        T* a = tile.A;
        do
        {
            if (TWalk.IsBroken)
            {
                a = first + *places++;
            }

            T* a3 = a + (TWalk.IsBroken ? tile.Fourth : 3 * rowA);
            T* a6 = TWalk.IsBroken ? a + tile.Seventh : a3 + (3 * rowA);
            T* a9 = TWalk.IsBroken ? a + tile.Tenth : a6 + (3 * rowA);
            for (nint k = tile.Depth; k > 0; k--)
            {
                if (TWalk.IsListed)
                {
                    b = first + *places++;
                }

                TRegister b0 = *(TRegister*)b;
                TRegister b1 = TN.Value > 1 ? *(TRegister*)(b + GemmSimd<TRegister, T>.Count) : default;
                Row<TN>(true, a, b0, b1, ref c00, ref c01);
                Row<TN>(TM.Value > 1, a + rowA, b0, b1, ref c10, ref c11);
                Row<TN>(TM.Value > 2, a + (2 * rowA), b0, b1, ref c20, ref c21);
                Row<TN>(TM.Value > 3, a3, b0, b1, ref c30, ref c31);
                Row<TN>(TM.Value > 4, a3 + rowA, b0, b1, ref c40, ref c41);
                Row<TN>(TM.Value > 5, a3 + (2 * rowA), b0, b1, ref c50, ref c51);
                Row<TN>(TM.Value > 6, a6, b0, b1, ref c60, ref c61);
                Row<TN>(TM.Value > 7, a6 + rowA, b0, b1, ref c70, ref c71);
                Row<TN>(TM.Value > 8, a6 + (2 * rowA), b0, b1, ref c80, ref c81);
                Row<TN>(TM.Value > 9, a9, b0, b1, ref c90, ref c91);
                Row<TN>(TM.Value > 10, a9 + rowA, b0, b1, ref ca0, ref ca1);
                Row<TN>(TM.Value > 11, a9 + (2 * rowA), b0, b1, ref cb0, ref cb1);
                a += columnA;
                a3 += columnA;
                a6 += columnA;
                a9 += columnA;
                if (!TWalk.IsListed)
                {
                    b += rowB;
                }
            }
        }
        while (TWalk.IsBroken && --stretches > 0);

        Write<TN>(true, tile, 0, c00, c01);
        Write<TN>(TM.Value > 1, tile, 1, c10, c11);
        Write<TN>(TM.Value > 2, tile, 2, c20, c21);
        Write<TN>(TM.Value > 3, tile, 3, c30, c31);
        Write<TN>(TM.Value > 4, tile, 4, c40, c41);
        Write<TN>(TM.Value > 5, tile, 5, c50, c51);
        Write<TN>(TM.Value > 6, tile, 6, c60, c61);
        Write<TN>(TM.Value > 7, tile, 7, c70, c71);
        Write<TN>(TM.Value > 8, tile, 8, c80, c81);
        Write<TN>(TM.Value > 9, tile, 9, c90, c91);
        Write<TN>(TM.Value > 10, tile, 10, ca0, ca1);
        Write<TN>(TM.Value > 11, tile, 11, cb0, cb1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TN>(bool exists, T* a, TRegister b0, TRegister b1, ref TRegister c0, ref TRegister c1)
        where TN : struct, ICount
    {
        if (exists)
        {
            TRegister x = GemmSimd<TRegister, T>.Fill(a);
            GemmSimd<TRegister, T>.Accumulate(x, b0, ref c0);
            if (TN.Value > 1)
            {
                GemmSimd<TRegister, T>.Accumulate(x, b1, ref c1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TN>(bool exists, in Tile<T> tile, int row, TRegister v0, TRegister v1)
        where TN : struct, ICount
    {
        if (!exists)
        {
            return;
        }

        T alpha = tile.Alpha;
        T beta = tile.Beta;
        T* c = tile.C + (row * tile.RowC);
        TRegister scale = GemmSimd<TRegister, T>.Fill(&alpha);
        v0 = GemmSimd<TRegister, T>.Multiply(v0, scale);
        v1 = TN.Value > 1 ? GemmSimd<TRegister, T>.Multiply(v1, scale) : default;
        if (tile.Reads)
        {
            Row<TN>(
                true, &beta, *(TRegister*)c,
                TN.Value > 1 ? *(TRegister*)(c + GemmSimd<TRegister, T>.Count) : default, ref v0, ref v1);
        }

        *(TRegister*)c = v0;
        if (TN.Value > 1)
        {
            *(TRegister*)(c + GemmSimd<TRegister, T>.Count) = v1;
        }
    }
}

/// <summary>The numbers.</summary>
internal static class Count
{
    internal readonly struct One : ICount { public static int Value => 1; }

    internal readonly struct Two : ICount { public static int Value => 2; }

    internal readonly struct Three : ICount { public static int Value => 3; }

    internal readonly struct Four : ICount { public static int Value => 4; }

    internal readonly struct Five : ICount { public static int Value => 5; }

    internal readonly struct Six : ICount { public static int Value => 6; }

    internal readonly struct Seven : ICount { public static int Value => 7; }

    internal readonly struct Eight : ICount { public static int Value => 8; }

    internal readonly struct Nine : ICount { public static int Value => 9; }

    internal readonly struct Ten : ICount { public static int Value => 10; }

    internal readonly struct Eleven : ICount { public static int Value => 11; }

    internal readonly struct Twelve : ICount { public static int Value => 12; }
}
