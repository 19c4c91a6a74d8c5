using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A rectangle of C by tiles of dot products.</summary>
internal static unsafe class GemmDots<T, TSimd, TAct>
    where T : unmanaged, IFloatingPoint<T>
    where TSimd : unmanaged, ISimd<TSimd, T>
    where TAct : unmanaged, IUnaryOp
{
    /// <summary>Computes rows [i0, i1) and columns [j0, j1) of one product of the batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Run(TAct activation, in GemmArguments<T> g, int batch, int i0, int i1, int j0, int j1)
    {
        T* a = g.A + (batch * g.BatchA);
        T* b = g.B + (batch * g.BatchB);
        T* c = g.C + (batch * g.BatchC);

        // Tiles of nearly the same size: 32 columns are six tiles of 5 or 6, not five of 6 and one of 2.
        int rowTiles = (i1 - i0 + TSimd.DotRows - 1) / TSimd.DotRows;
        int columnTiles = (j1 - j0 + TSimd.DotColumns - 1) / TSimd.DotColumns;
        for (int v = 0, j = j0; v < columnTiles; v++)
        {
            int endJ = j0 + (int)((long)(j1 - j0) * (v + 1) / columnTiles);
            for (int u = 0, i = i0; u < rowTiles; u++)
            {
                int endI = i0 + (int)((long)(i1 - i0) * (u + 1) / rowTiles);
                GemmDot<T, TSimd>.Run(
                    endI - i, endJ - j, a + (i * g.RowA), g.RowA, b + (j * g.ColumnB), g.ColumnB,
                    c + (i * g.RowC) + j, g.RowC, g.Depth, g.Alpha, g.Beta);
                i = endI;
            }

            j = endJ;
        }

        if (GemmEpilogue<T, TAct>.IsNeeded(g.Bias))
        {
            GemmEpilogue<T, TAct>.Run(
                activation, c + (i0 * g.RowC) + j0, g.RowC, i1 - i0, j1 - j0, g.Bias is null ? null : g.Bias + j0);
        }
    }
}
