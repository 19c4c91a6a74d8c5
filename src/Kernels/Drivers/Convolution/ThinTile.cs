using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>One row of a product whose right factor is shifted pieces of an image: up to eight registers side by side, for few channels.</summary>
internal static unsafe class ThinTile<T, TRegister>
    where T : unmanaged
    where TRegister : unmanaged
{
    /// <summary>The registers of the tile that comes next where so many are left.</summary>
    internal static int Fitting(int registers) => registers >= 8 ? 8 : registers >= 4 ? 4 : registers >= 2 ? 2 : 1;

    /// <summary>c = Σ a[k] b[places[k]], or c plus that.</summary>
    internal static void Run(int registers, T* a, int columnA, T* b, int* places, int depth, T* c, bool reads)
    {
        switch (registers)
        {
            case 8: Multiply<Count.Eight>(a, columnA, b, places, depth, c, reads); break;
            case 4: Multiply<Count.Four>(a, columnA, b, places, depth, c, reads); break;
            case 2: Multiply<Count.Two>(a, columnA, b, places, depth, c, reads); break;
            default: Multiply<Count.One>(a, columnA, b, places, depth, c, reads); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply<TN>(T* a, nint columnA, T* b, int* places, nint depth, T* c, bool reads)
        where TN : struct, ICount
    {
        TRegister c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (; depth > 0; depth--, a += columnA)
        {
            T* from = b + *places++;
            TRegister x = GemmSimd<TRegister, T>.Fill(a);
            Add(true, x, from, 0, ref c0);
            Add(TN.Value > 1, x, from, 1, ref c1);
            Add(TN.Value > 2, x, from, 2, ref c2);
            Add(TN.Value > 3, x, from, 3, ref c3);
            Add(TN.Value > 4, x, from, 4, ref c4);
            Add(TN.Value > 5, x, from, 5, ref c5);
            Add(TN.Value > 6, x, from, 6, ref c6);
            Add(TN.Value > 7, x, from, 7, ref c7);
        }

        Write(true, reads, c0, c, 0);
        Write(TN.Value > 1, reads, c1, c, 1);
        Write(TN.Value > 2, reads, c2, c, 2);
        Write(TN.Value > 3, reads, c3, c, 3);
        Write(TN.Value > 4, reads, c4, c, 4);
        Write(TN.Value > 5, reads, c5, c, 5);
        Write(TN.Value > 6, reads, c6, c, 6);
        Write(TN.Value > 7, reads, c7, c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(bool exists, TRegister x, T* from, int register, ref TRegister sum)
    {
        if (exists)
        {
            GemmSimd<TRegister, T>.Accumulate(x, *(TRegister*)(from + (register * GemmSimd<TRegister, T>.Count)), ref sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(bool exists, bool reads, TRegister value, T* c, int register)
    {
        if (exists)
        {
            TRegister* to = (TRegister*)(c + (register * GemmSimd<TRegister, T>.Count));
            *to = reads ? GemmSimd<TRegister, T>.Add(value, *to) : value;
        }
    }
}
