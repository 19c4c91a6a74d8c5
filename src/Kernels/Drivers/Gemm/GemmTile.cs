using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The innermost loop: a tile of C of up to 12 rows and two registers, held in registers while k runs over its range.
/// C = alpha A B + beta C; with beta 0, C is not read.
/// </summary>
/// <remarks>
/// Both factors are read where they stand or from a packed copy; only the strides differ. The sums run in the order of k, one
/// accumulator per element, so an element's value does not depend on the tile that computes it. Accumulators are locals, since
/// the JIT keeps locals in registers and arrays in memory.
/// </remarks>
internal static unsafe class GemmTile<T, TSimd>
    where T : unmanaged, IFloatingPoint<T>
    where TSimd : unmanaged, ISimd<TSimd, T>
{
    /// <summary>
    /// Runs a tile of 1 to <c>TSimd.Rows</c> rows and 1 or 2 registers of columns, with <paramref name="k"/> products a sum. The
    /// strides lead from row to row and from column to column; the columns of B and C are neighbours.
    /// </summary>
    internal static void Run(
        int rows, int registers, T* a, nint rowA, nint columnA, T* b, nint rowB, T* c, nint rowC, nint k, T alpha, T beta)
    {
        if (registers == 2)
        {
            Run<Size.N2>(rows, a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
        }
        else
        {
            Run<Size.N1>(rows, a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
        }
    }

    private static void Run<TN>(int rows, T* a, nint rowA, nint columnA, T* b, nint rowB, T* c, nint rowC, nint k, T alpha, T beta)
        where TN : struct, ISize
    {
        switch (rows)
        {
            case 1:
                Multiply<Size.N1, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 2:
                Multiply<Size.N2, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 3:
                Multiply<Size.N3, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 4:
                Multiply<Size.N4, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 5:
                Multiply<Size.N5, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 6:
                Multiply<Size.N6, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 7 when TSimd.Rows >= 7:
                Multiply<Size.N7, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 8 when TSimd.Rows >= 8:
                Multiply<Size.N8, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 9 when TSimd.Rows >= 9:
                Multiply<Size.N9, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 10 when TSimd.Rows >= 10:
                Multiply<Size.N10, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 11 when TSimd.Rows >= 11:
                Multiply<Size.N11, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
            case 12 when TSimd.Rows >= 12:
                Multiply<Size.N12, TN>(a, rowA, columnA, b, rowB, c, rowC, k, alpha, beta);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TM, TN>(T* a, nint rowA, nint columnA, T* b, nint rowB, T* c, nint rowC, nint k, T alpha, T beta)
        where TM : struct, ISize
        where TN : struct, ISize
    {
        TSimd c00 = default, c01 = default;
        TSimd c10 = default, c11 = default;
        TSimd c20 = default, c21 = default;
        TSimd c30 = default, c31 = default;
        TSimd c40 = default, c41 = default;
        TSimd c50 = default, c51 = default;
        TSimd c60 = default, c61 = default;
        TSimd c70 = default, c71 = default;
        TSimd c80 = default, c81 = default;
        TSimd c90 = default, c91 = default;
        TSimd c100 = default, c101 = default;
        TSimd c110 = default, c111 = default;

        // Four bases three rows apart reach all rows with the address modes of x86.
        T* a3 = a + (3 * rowA);
        T* a6 = a3 + (3 * rowA);
        T* a9 = a6 + (3 * rowA);
        for (; k > 0; k--)
        {
            TSimd b0 = TSimd.Load(b);
            TSimd b1 = TN.Value > 1 ? TSimd.Load(b + TSimd.Count) : default;
            Row<TN>(TSimd.Fill(a[0]), b0, b1, ref c00, ref c01);
            if (TM.Value > 1)
            {
                Row<TN>(TSimd.Fill(a[rowA]), b0, b1, ref c10, ref c11);
            }

            if (TM.Value > 2)
            {
                Row<TN>(TSimd.Fill(a[2 * rowA]), b0, b1, ref c20, ref c21);
            }

            if (TM.Value > 3)
            {
                Row<TN>(TSimd.Fill(a3[0]), b0, b1, ref c30, ref c31);
            }

            if (TM.Value > 4)
            {
                Row<TN>(TSimd.Fill(a3[rowA]), b0, b1, ref c40, ref c41);
            }

            if (TM.Value > 5)
            {
                Row<TN>(TSimd.Fill(a3[2 * rowA]), b0, b1, ref c50, ref c51);
            }

            if (TM.Value > 6)
            {
                Row<TN>(TSimd.Fill(a6[0]), b0, b1, ref c60, ref c61);
            }

            if (TM.Value > 7)
            {
                Row<TN>(TSimd.Fill(a6[rowA]), b0, b1, ref c70, ref c71);
            }

            if (TM.Value > 8)
            {
                Row<TN>(TSimd.Fill(a6[2 * rowA]), b0, b1, ref c80, ref c81);
            }

            if (TM.Value > 9)
            {
                Row<TN>(TSimd.Fill(a9[0]), b0, b1, ref c90, ref c91);
            }

            if (TM.Value > 10)
            {
                Row<TN>(TSimd.Fill(a9[rowA]), b0, b1, ref c100, ref c101);
            }

            if (TM.Value > 11)
            {
                Row<TN>(TSimd.Fill(a9[2 * rowA]), b0, b1, ref c110, ref c111);
            }

            a += columnA;
            a3 += columnA;
            a6 += columnA;
            a9 += columnA;
            b += rowB;
        }

        TSimd scale = TSimd.Fill(alpha);
        Write<TN>(c, c00, c01, scale, beta);
        if (TM.Value > 1)
        {
            Write<TN>(c + (1 * rowC), c10, c11, scale, beta);
        }

        if (TM.Value > 2)
        {
            Write<TN>(c + (2 * rowC), c20, c21, scale, beta);
        }

        if (TM.Value > 3)
        {
            Write<TN>(c + (3 * rowC), c30, c31, scale, beta);
        }

        if (TM.Value > 4)
        {
            Write<TN>(c + (4 * rowC), c40, c41, scale, beta);
        }

        if (TM.Value > 5)
        {
            Write<TN>(c + (5 * rowC), c50, c51, scale, beta);
        }

        if (TM.Value > 6)
        {
            Write<TN>(c + (6 * rowC), c60, c61, scale, beta);
        }

        if (TM.Value > 7)
        {
            Write<TN>(c + (7 * rowC), c70, c71, scale, beta);
        }

        if (TM.Value > 8)
        {
            Write<TN>(c + (8 * rowC), c80, c81, scale, beta);
        }

        if (TM.Value > 9)
        {
            Write<TN>(c + (9 * rowC), c90, c91, scale, beta);
        }

        if (TM.Value > 10)
        {
            Write<TN>(c + (10 * rowC), c100, c101, scale, beta);
        }

        if (TM.Value > 11)
        {
            Write<TN>(c + (11 * rowC), c110, c111, scale, beta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TN>(TSimd a, TSimd b0, TSimd b1, ref TSimd c0, ref TSimd c1)
        where TN : struct, ISize
    {
        TSimd.Accumulate(a, b0, ref c0);
        if (TN.Value > 1)
        {
            TSimd.Accumulate(a, b1, ref c1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TN>(T* c, TSimd v0, TSimd v1, TSimd alpha, T beta)
        where TN : struct, ISize
    {
        v0 = TSimd.Multiply(v0, alpha);
        v1 = TN.Value > 1 ? TSimd.Multiply(v1, alpha) : default;
        if (beta != T.Zero)
        {
            TSimd old = TSimd.Fill(beta);
            Row<TN>(old, TSimd.Load(c), TN.Value > 1 ? TSimd.Load(c + TSimd.Count) : default, ref v0, ref v1);
        }

        TSimd.Store(v0, c);
        if (TN.Value > 1)
        {
            TSimd.Store(v1, c + TSimd.Count);
        }
    }
}
