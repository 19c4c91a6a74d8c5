using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>Copies pieces of a factor into the order in which the tile reads them.</summary>
internal static unsafe class GemmPack<T>
    where T : unmanaged
{
    /// <summary>Copies rows that are contiguous, so that they stand close together and share no cache set.</summary>
    internal static void Rows(T* source, nint stride, int rows, nint length, T* target, nint targetStride)
    {
        for (int i = 0; i < rows; i++)
        {
            Unsafe.CopyBlockUnaligned(target + (i * targetStride), source + (i * stride), (uint)(length * sizeof(T)));
        }
    }

    /// <summary>
    /// Copies <paramref name="width"/> columns of <paramref name="depth"/> rows to rows of <paramref name="panel"/> numbers, the
    /// rest of them zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Panel(T* source, nint row, nint column, int width, int panel, nint depth, T* target)
    {
        if (width < panel)
        {
            new Span<T>(target, checked((int)(depth * panel))).Clear();
        }

        if (column == 1)
        {
            Copy(source, row, width, panel, depth, target);
        }
        else if (row == 1 && Avx.IsSupported)
        {
            Transpose(source, column, width, panel, depth, target);
        }
        else
        {
            for (nint p = 0; p < depth; p++)
            {
                for (int j = 0; j < width; j++)
                {
                    target[(p * panel) + j] = source[(p * row) + (j * column)];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Copy(T* source, nint row, int width, int panel, nint depth, T* target)
    {
        int whole = width - (width % Vector128<T>.Count);
        int wide = width - (width % Vector256<T>.Count);
        for (; depth > 0; depth--, source += row, target += panel)
        {
            int j = 0;
            for (; j < wide; j += Vector256<T>.Count)
            {
                Vector256.Store(Vector256.Load(source + j), target + j);
            }

            for (; j < whole; j += Vector128<T>.Count)
            {
                Vector128.Store(Vector128.Load(source + j), target + j);
            }

            for (; j < width; j++)
            {
                target[j] = source[j];
            }
        }
    }

    // Square blocks of one register's side are turned in registers; what is left at the edges goes one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transpose(T* source, nint column, int width, int panel, nint depth, T* target)
    {
        int side = Vector256<T>.Count;
        int j = 0;
        for (; j <= width - side; j += side)
        {
            T* from = source + (j * column);
            T* to = target + j;
            nint p = 0;
            for (; p <= depth - side; p += side)
            {
                if (typeof(T) == typeof(float))
                {
                    Transpose8((float*)(from + p), column, (float*)(to + (p * panel)), panel);
                }
                else
                {
                    Transpose4((double*)(from + p), column, (double*)(to + (p * panel)), panel);
                }
            }

            for (; p < depth; p++)
            {
                for (int q = 0; q < side; q++)
                {
                    to[(p * panel) + q] = from[(q * column) + p];
                }
            }
        }

        for (; j < width; j++)
        {
            T* from = source + (j * column);
            T* to = target + j;
            for (nint p = 0; p < depth; p++)
            {
                to[p * panel] = from[p];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* from, nint row, float* to, nint panel)
    {
        float* from4 = from + (4 * row);
        Vector256<float> r0 = Halves(from, from4);
        Vector256<float> r1 = Halves(from + row, from4 + row);
        Vector256<float> r2 = Halves(from + (2 * row), from4 + (2 * row));
        Vector256<float> r3 = Halves(from + (3 * row), from4 + (3 * row));
        Vector256<float> r4 = Halves(from + 4, from4 + 4);
        Vector256<float> r5 = Halves(from + row + 4, from4 + row + 4);
        Vector256<float> r6 = Halves(from + (2 * row) + 4, from4 + (2 * row) + 4);
        Vector256<float> r7 = Halves(from + (3 * row) + 4, from4 + (3 * row) + 4);
        Quarter(r0, r1, r2, r3, to, panel);
        Quarter(r4, r5, r6, r7, to + (4 * panel), panel);
    }

    // Columns p of rows 0 to 3 below and of rows 4 to 7 above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* low, float* high) => Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3, float* to, nint panel)
    {
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble();
        Vector256<double> high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble();
        Vector256<double> high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Vector256.Store(Avx.UnpackLow(low01, low23).AsSingle(), to);
        Vector256.Store(Avx.UnpackHigh(low01, low23).AsSingle(), to + panel);
        Vector256.Store(Avx.UnpackLow(high01, high23).AsSingle(), to + (2 * panel));
        Vector256.Store(Avx.UnpackHigh(high01, high23).AsSingle(), to + (3 * panel));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(double* from, nint row, double* to, nint panel)
    {
        double* from2 = from + (2 * row);
        Vector256<double> r0 = Vector256.Create(Vector128.Load(from), Vector128.Load(from2));
        Vector256<double> r1 = Vector256.Create(Vector128.Load(from + row), Vector128.Load(from2 + row));
        Vector256<double> r2 = Vector256.Create(Vector128.Load(from + 2), Vector128.Load(from2 + 2));
        Vector256<double> r3 = Vector256.Create(Vector128.Load(from + row + 2), Vector128.Load(from2 + row + 2));
        Vector256.Store(Avx.UnpackLow(r0, r1), to);
        Vector256.Store(Avx.UnpackHigh(r0, r1), to + panel);
        Vector256.Store(Avx.UnpackLow(r2, r3), to + (2 * panel));
        Vector256.Store(Avx.UnpackHigh(r2, r3), to + (3 * panel));
    }
}
