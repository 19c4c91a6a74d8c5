using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A tile of up to 4 rows and 6 columns of C where both factors run along k in memory: registers hold neighbours in k, and
/// their lanes are added up at the end. Nothing is packed, which pays where few rows share a transposition of B.
/// C = alpha A B + beta C; with beta 0, C is not read.
/// </summary>
internal static unsafe class GemmDot<T, TSimd>
    where T : unmanaged, IFloatingPoint<T>
    where TSimd : unmanaged, ISimd<TSimd, T>
{
    /// <summary>Runs a tile of <paramref name="rows"/> up to <c>TSimd.DotRows</c> and <paramref name="columns"/> up to
    /// <c>TSimd.DotColumns</c>.</summary>
    internal static void Run(
        int rows, int columns, T* a, nint rowA, T* b, nint columnB, T* c, nint rowC, nint k, T alpha, T beta)
    {
        switch (rows)
        {
            case 1:
                Run<Size.N1>(columns, a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 2:
                Run<Size.N2>(columns, a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 3 when TSimd.DotRows >= 3:
                Run<Size.N3>(columns, a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 4 when TSimd.DotRows >= 4:
                Run<Size.N4>(columns, a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
        }
    }

    private static void Run<TM>(int columns, T* a, nint rowA, T* b, nint columnB, T* c, nint rowC, nint k, T alpha, T beta)
        where TM : struct, ISize
    {
        switch (columns)
        {
            case 1:
                Multiply<TM, Size.N1>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 2:
                Multiply<TM, Size.N2>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 3:
                Multiply<TM, Size.N3>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 4:
                Multiply<TM, Size.N4>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 5 when TSimd.DotColumns >= 5:
                Multiply<TM, Size.N5>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
            case 6 when TSimd.DotColumns >= 6:
                Multiply<TM, Size.N6>(a, rowA, b, columnB, c, rowC, k, alpha, beta);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TM, TN>(T* a, nint rowA, T* b, nint columnB, T* c, nint rowC, nint k, T alpha, T beta)
        where TM : struct, ISize
        where TN : struct, ISize
    {
        TSimd c00 = default, c01 = default, c02 = default, c03 = default, c04 = default, c05 = default;
        TSimd c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default;
        TSimd c20 = default, c21 = default, c22 = default, c23 = default, c24 = default, c25 = default;
        TSimd c30 = default, c31 = default, c32 = default, c33 = default, c34 = default, c35 = default;
        T* b3 = b + (3 * columnB);
        nint p = 0;
        for (; p <= k - TSimd.Count; p += TSimd.Count)
        {
            TSimd x0 = TSimd.Load(a + p);
            TSimd x1 = TM.Value > 1 ? TSimd.Load(a + (1 * rowA) + p) : default;
            TSimd x2 = TM.Value > 2 ? TSimd.Load(a + (2 * rowA) + p) : default;
            TSimd x3 = TM.Value > 3 ? TSimd.Load(a + (3 * rowA) + p) : default;
            Column<TM>(x0, x1, x2, x3, TSimd.Load(b + p), ref c00, ref c10, ref c20, ref c30);
            if (TN.Value > 1)
            {
                Column<TM>(x0, x1, x2, x3, TSimd.Load(b + columnB + p), ref c01, ref c11, ref c21, ref c31);
            }

            if (TN.Value > 2)
            {
                Column<TM>(x0, x1, x2, x3, TSimd.Load(b + (2 * columnB) + p), ref c02, ref c12, ref c22, ref c32);
            }

            if (TN.Value > 3)
            {
                Column<TM>(x0, x1, x2, x3, TSimd.Load(b3 + p), ref c03, ref c13, ref c23, ref c33);
            }

            if (TN.Value > 4)
            {
                Column<TM>(x0, x1, x2, x3, TSimd.Load(b3 + columnB + p), ref c04, ref c14, ref c24, ref c34);
            }

            if (TN.Value > 5)
            {
                Column<TM>(x0, x1, x2, x3, TSimd.Load(b3 + (2 * columnB) + p), ref c05, ref c15, ref c25, ref c35);
            }
        }

        nint left = k - p;
        a += p;
        b += p;
        Write<TN>(c, c00, c01, c02, c03, c04, c05, a, b, columnB, left, alpha, beta);
        if (TM.Value > 1)
        {
            Write<TN>(c + (1 * rowC), c10, c11, c12, c13, c14, c15, a + (1 * rowA), b, columnB, left, alpha, beta);
        }

        if (TM.Value > 2)
        {
            Write<TN>(c + (2 * rowC), c20, c21, c22, c23, c24, c25, a + (2 * rowA), b, columnB, left, alpha, beta);
        }

        if (TM.Value > 3)
        {
            Write<TN>(c + (3 * rowC), c30, c31, c32, c33, c34, c35, a + (3 * rowA), b, columnB, left, alpha, beta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<TM>(
        TSimd x0, TSimd x1, TSimd x2, TSimd x3, TSimd y, ref TSimd c0, ref TSimd c1, ref TSimd c2, ref TSimd c3)
        where TM : struct, ISize
    {
        TSimd.Accumulate(x0, y, ref c0);
        if (TM.Value > 1)
        {
            TSimd.Accumulate(x1, y, ref c1);
        }

        if (TM.Value > 2)
        {
            TSimd.Accumulate(x2, y, ref c2);
        }

        if (TM.Value > 3)
        {
            TSimd.Accumulate(x3, y, ref c3);
        }
    }

    // Adds the lanes, and the products that do not fill a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TN>(
        T* c, TSimd v0, TSimd v1, TSimd v2, TSimd v3, TSimd v4, TSimd v5, T* a, T* b, nint columnB, nint left, T alpha, T beta)
        where TN : struct, ISize
    {
        Write(c, TSimd.Sum(v0), a, b, left, alpha, beta);
        if (TN.Value > 1)
        {
            Write(c + 1, TSimd.Sum(v1), a, b + (1 * columnB), left, alpha, beta);
        }

        if (TN.Value > 2)
        {
            Write(c + 2, TSimd.Sum(v2), a, b + (2 * columnB), left, alpha, beta);
        }

        if (TN.Value > 3)
        {
            Write(c + 3, TSimd.Sum(v3), a, b + (3 * columnB), left, alpha, beta);
        }

        if (TN.Value > 4)
        {
            Write(c + 4, TSimd.Sum(v4), a, b + (4 * columnB), left, alpha, beta);
        }

        if (TN.Value > 5)
        {
            Write(c + 5, TSimd.Sum(v5), a, b + (5 * columnB), left, alpha, beta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, T sum, T* a, T* b, nint left, T alpha, T beta)
    {
        for (nint p = 0; p < left; p++)
        {
            sum += a[p] * b[p];
        }

        *c = beta == T.Zero ? alpha * sum : (alpha * sum) + (beta * *c);
    }
}
