using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>Copies pieces of a factor into the order in which the tile reads them, converted if they are stored in 16 bits.</summary>
internal static unsafe class GemmPack<TStored, T>
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged
{
    // Numbers of a line that are converted before they are transposed.
    private const int Staged = 64;

    private static bool IsPlain => StoredRows<TStored, T>.IsPlain;

    /// <summary>Copies lines that are contiguous, so that they stand close together and share no cache set.</summary>
    internal static void Lines(TStored* source, nint stride, int lines, int length, T* target, nint targetStride)
    {
        for (int i = 0; i < lines; i++)
        {
            Line(source + (i * stride), target + (i * targetStride), length);
        }
    }

    /// <summary>
    /// Copies <paramref name="width"/> columns of <paramref name="depth"/> rows to rows of <paramref name="panel"/> numbers, the
    /// rest of them zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Panel(TStored* source, nint row, nint column, int width, int panel, nint depth, T* target)
    {
        if (width < panel)
        {
            new Span<T>(target, checked((int)(depth * panel))).Clear();
        }

        if (column == 1 && IsPlain)
        {
            Copy((T*)source, row, width, panel, depth, target);
        }
        else if (column == 1)
        {
            for (nint p = 0; p < depth; p++)
            {
                Line(source + (p * row), target + (p * panel), width);
            }
        }
        else if (row == 1 && Avx.IsSupported)
        {
            TransposeStored(source, column, width, panel, depth, target);
        }
        else
        {
            for (nint p = 0; p < depth; p++)
            {
                for (int j = 0; j < width; j++)
                {
                    target[(p * panel) + j] = TStored.Load(source[(p * row) + (j * column)]);
                }
            }
        }
    }

    /// <summary>The same for a factor of any kind, number by number; see <see cref="IFactor.Pack"/>.</summary>
    internal static void Places<TFactor>(
        in TFactor factor, TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TFactor : IFactor
    {
        for (int p = 0; p < depths; p++, target += panel)
        {
            for (int j = 0; j < panel; j++)
            {
                int place = j < lines ? factor.Place(start, line + j, depth + p) : -1;
                target[j] = place < 0 ? default : TStored.Load(memory[place]);
            }
        }
    }

    private static void Line(TStored* source, T* target, int length)
    {
        if (IsPlain)
        {
            Unsafe.CopyBlockUnaligned(target, source, (uint)(length * sizeof(T)));
        }
        else
        {
            StoredRows<TStored, T>.Load(source, target, length);
        }
    }

    private static void TransposeStored(TStored* source, nint column, int width, int panel, nint depth, T* target)
    {
        if (IsPlain)
        {
            Transpose((T*)source, column, width, panel, depth, target);
            return;
        }

        T* lines = stackalloc T[Staged * panel];
        for (nint p = 0; p < depth; p += Staged)
        {
            int length = (int)Math.Min(Staged, depth - p);
            Lines(source + p, column, width, length, lines, Staged);
            Transpose(lines, Staged, width, panel, length, target + (p * panel));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Copy(T* source, nint row, int width, int panel, nint depth, T* target)
    {
        int whole = width - (width % (16 / sizeof(T)));
        int wide = width - (width % (32 / sizeof(T)));
        for (; depth > 0; depth--, source += row, target += panel)
        {
            int j = 0;
            for (; j < wide; j += 32 / sizeof(T))
            {
                Vector256.Store(Vector256.Load((byte*)(source + j)), (byte*)(target + j));
            }

            for (; j < whole; j += 16 / sizeof(T))
            {
                Vector128.Store(Vector128.Load((byte*)(source + j)), (byte*)(target + j));
            }

            for (; j < width; j++)
            {
                target[j] = source[j];
            }
        }
    }

    /// <summary>Copies <paramref name="width"/> contiguous columns of <paramref name="depth"/> numbers to rows that begin
    /// <paramref name="panel"/> numbers apart.</summary>
    /// <remarks>Square blocks of one register's side are turned in registers; what is left at the edges goes one by one.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Transpose(T* source, nint column, int width, nint panel, nint depth, T* target)
    {
        int side = 32 / sizeof(T);
        int j = 0;
        for (; Avx.IsSupported && j <= width - side; j += side)
        {
            T* from = source + (j * column);
            T* to = target + j;
            nint p = 0;
            for (; p <= depth - side; p += side)
            {
                if (typeof(T) == typeof(F32))
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
