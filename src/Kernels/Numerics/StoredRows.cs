using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Conversion of rows of numbers in host memory between how they are stored and how they are computed with.</summary>
internal static unsafe class StoredRows<TStored, TScalar>
    where TStored : unmanaged, IStored<TStored, TScalar>
    where TScalar : unmanaged
{
    /// <summary>Whether numbers are stored as they are computed with.</summary>
    internal static bool IsPlain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TStored) == typeof(TScalar);
    }

    private static bool IsHalf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TStored) == typeof(F16) || typeof(TStored) == typeof(BF16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Load(TStored* from, TScalar* to, int count)
    {
        int i = 0;
        if (IsHalf)
        {
            for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(*(Vector<ushort>*)(from + i), out Vector<uint> low, out Vector<uint> high);
                *(Vector<float>*)(to + i) = typeof(TStored) == typeof(F16) ? F16.Load(low) : BF16.Load(low);
                *(Vector<float>*)(to + i + Vector<float>.Count) = typeof(TStored) == typeof(F16) ? F16.Load(high) : BF16.Load(high);
            }
        }

        for (; i < count; i++)
        {
            to[i] = TStored.Load(from[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Store(TScalar* from, TStored* to, int count)
    {
        int i = 0;
        if (IsHalf)
        {
            for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector<float> low = *(Vector<float>*)(from + i);
                Vector<float> high = *(Vector<float>*)(from + i + Vector<float>.Count);
                *(Vector<ushort>*)(to + i) = typeof(TStored) == typeof(F16)
                    ? Vector.Narrow(F16.Store(low), F16.Store(high))
                    : Vector.Narrow(BF16.Store(low), BF16.Store(high));
            }
        }

        for (; i < count; i++)
        {
            to[i] = TStored.Store(from[i]);
        }
    }
}
