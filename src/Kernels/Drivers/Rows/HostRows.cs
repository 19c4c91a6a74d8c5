using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>What loops over rows share.</summary>
internal static unsafe class HostRows<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    /// <summary>Elements that are added up one after the other before their sum joins the total: a multiple of all registers.</summary>
    internal const int Block = 1024;

    /// <summary>The largest element of a row, its tail given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TScalar Max(TScalar* row, int columns, TVector tail, TVector index)
    {
        int width = Lanes<TScalar, TVector>.Width;
        TVector lowest = double.NegativeInfinity;
        TVector max = columns % width == 0
            ? lowest
            : TVector.IfGreaterOrEqual(index, Lanes<TScalar, TVector>.Dead(columns), tail, lowest);
        for (int i = 0; i <= columns - width; i += width)
        {
            max = TVector.Max(max, *(TVector*)(row + i));
        }

        return Lanes<TScalar, TVector>.Max(max);
    }
}
