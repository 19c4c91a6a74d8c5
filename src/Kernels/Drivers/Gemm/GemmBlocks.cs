using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A rectangle of C by cache blocks: a slice of B's rows is packed for the nearest caches, blocks of A run over it, tiles of
/// registers inside. After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008), and BLIS.
/// </summary>
internal static unsafe class GemmBlocks<T, TSimd, TAct>
    where T : unmanaged, IFloatingPoint<T>
    where TSimd : unmanaged, ISimd<TSimd, T>
    where TAct : unmanaged, IUnaryOp
{
    // Bytes of k in a slice, so that a tile's rows of A stay in the first cache; columns and rows of blocks for the second one.
    private static int MaxDepth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1536 / sizeof(T);
    }

    private static int MaxColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2048 / sizeof(T);
    }

    private static int MaxRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 96;
    }

    private static int Panel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TSimd.Count;
    }

    /// <summary>Computes rows [i0, i1) and columns [j0, j1) of one product of the batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Run(TAct activation, in GemmArguments<T> g, int batch, int i0, int i1, int j0, int j1)
    {
        T* a = g.A + (batch * g.BatchA) + (i0 * g.RowA);
        T* b = g.B + (batch * g.BatchB) + (j0 * g.ColumnB);
        T* c = g.C + (batch * g.BatchC) + (i0 * g.RowC) + j0;
        T* bias = g.Bias is null ? null : g.Bias + j0;
        int rows = i1 - i0;
        int columns = j1 - j0;
        int slices = Math.Max(1, (g.Depth + MaxDepth - 1) / MaxDepth);
        int maxDepth = (g.Depth + slices - 1) / slices;

        // Few rows share B, or few columns share A: then packing costs more than it saves.
        bool packB = g.ColumnB != 1 || rows > 3 * TSimd.Rows;
        bool packA = columns > 4 * Panel;
        int blockColumns = Math.Min(MaxColumns, (columns + Panel - 1) / Panel * Panel);
        int blockRows = Math.Min(MaxRows, rows);
        int strideA = ((maxDepth + 15) / 16 * 16) + 16;
        nint sizeTile = TSimd.Rows * Panel;
        nint sizeB = (nint)maxDepth * (packB ? blockColumns : Panel);
        nint sizeA = packA ? Math.Max((nint)strideA * blockRows, (nint)maxDepth * (blockRows + TSimd.Rows)) : 0;
        T* tile = GemmScratch.Take<T>(sizeTile + sizeB + sizeA + 64);
        T* packedB = tile + sizeTile;
        T* packedA = packedB + ((sizeB + 15) / 16 * 16);

        for (int slice = 0; slice < slices; slice++)
        {
            int p0 = (int)((long)g.Depth * slice / slices);
            int depth = (int)((long)g.Depth * (slice + 1) / slices) - p0;
            T beta = slice == 0 ? g.Beta : T.One;
            bool last = slice == slices - 1;
            for (int j = 0; j < columns; j += blockColumns)
            {
                int width = Math.Min(blockColumns, columns - j);
                T* sliceB = b + (p0 * g.RowB) + (j * g.ColumnB);
                int whole = packB ? 0 : width / Panel * Panel;
                for (int q = whole; q < width; q += Panel)
                {
                    GemmPack<T>.Panel(
                        sliceB + (q * g.ColumnB), g.RowB, g.ColumnB, Math.Min(Panel, width - q), Panel, depth,
                        packedB + ((nint)(q - whole) * depth));
                }

                for (int i = 0; i < rows; i += blockRows)
                {
                    int height = Math.Min(blockRows, rows - i);
                    T* blockA = a + (i * g.RowA) + (p0 * g.ColumnA);
                    nint rowA = g.RowA;
                    nint columnA = g.ColumnA;
                    nint tileA = TSimd.Rows * rowA;
                    if (packA)
                    {
                        PackA(g, blockA, height, depth, packedA, strideA);
                        blockA = packedA;
                        rowA = g.ColumnA == 1 ? strideA : 1;
                        columnA = g.ColumnA == 1 ? 1 : TSimd.Rows;
                        tileA = g.ColumnA == 1 ? (nint)TSimd.Rows * strideA : (nint)TSimd.Rows * depth;
                    }

                    for (int q = 0; q < width; q += Panel)
                    {
                        bool packed = q >= whole;
                        T* panelB = packed ? packedB + ((nint)(q - whole) * depth) : sliceB + q;
                        nint rowB = packed ? Panel : g.RowB;
                        Column(
                            activation, blockA, rowA, columnA, tileA, height, panelB, rowB, Math.Min(Panel, width - q), depth,
                            c + (i * g.RowC) + j + q, g.RowC, g.Alpha, beta, last, bias is null ? null : bias + j + q, tile);
                    }
                }
            }
        }
    }

    private static void PackA(in GemmArguments<T> g, T* source, int height, int depth, T* target, int stride)
    {
        if (g.ColumnA == 1)
        {
            GemmPack<T>.Rows(source, g.RowA, height, depth, target, stride);
            return;
        }

        for (int i = 0; i < height; i += TSimd.Rows)
        {
            GemmPack<T>.Panel(
                source + (i * g.RowA), g.ColumnA, g.RowA, Math.Min(TSimd.Rows, height - i), TSimd.Rows, depth, target + ((nint)i * depth));
        }
    }

    // One panel of B with the tiles of a block of A.
    private static void Column(
        TAct activation, T* a, nint rowA, nint columnA, nint tileA, int height, T* b, nint rowB, int width, int depth,
        T* c, nint rowC, T alpha, T beta, bool last, T* bias, T* tile)
    {
        int registers = width > TSimd.Count ? 2 : 1;
        bool whole = width == registers * TSimd.Count;
        for (int i = 0; i < height; i += TSimd.Rows, a += tileA, c += TSimd.Rows * rowC)
        {
            int rows = Math.Min(TSimd.Rows, height - i);
            if (whole)
            {
                GemmTile<T, TSimd>.Run(rows, registers, a, rowA, columnA, b, rowB, c, rowC, depth, alpha, beta);
            }
            else
            {
                GemmTile<T, TSimd>.Run(rows, registers, a, rowA, columnA, b, rowB, tile, Panel, depth, alpha, T.Zero);
                Merge(tile, rows, width, c, rowC, beta);
            }

            if (last && GemmEpilogue<T, TAct>.IsNeeded(bias))
            {
                GemmEpilogue<T, TAct>.Run(activation, c, rowC, rows, width, bias);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Merge(T* tile, int rows, int width, T* c, nint rowC, T beta)
    {
        for (int i = 0; i < rows; i++, tile += Panel, c += rowC)
        {
            if (beta == T.Zero)
            {
                for (int j = 0; j < width; j++)
                {
                    c[j] = tile[j];
                }
            }
            else
            {
                for (int j = 0; j < width; j++)
                {
                    c[j] = tile[j] + (beta * c[j]);
                }
            }
        }
    }
}
