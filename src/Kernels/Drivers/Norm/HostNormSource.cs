using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>How the CPU forms read what they normalise. The loop that comes first makes the sum, if there is a residual, and writes
/// it; those behind it read the sum.</summary>
internal readonly unsafe struct HostNormSource<TScalar, TSource>
    where TScalar : unmanaged, INumeric<TScalar>
    where TSource : unmanaged, INormSource
{
    // How far behind an element of the input its residual and its sum stand, in elements.
    private readonly nint _toResidual;
    private readonly nint _toSum;

    internal HostNormSource(in Operand x, in NormResidual? residual, in Operand y)
    {
        if (TSource.Adds && residual is { } given)
        {
            TScalar* input = x.Host<TScalar>();
            _toResidual = (nint)(given.Values.Host<TScalar>() - input);
            _toSum = (nint)((given.Sum ?? y).Host<TScalar>() - input);
        }
    }

    /// <summary>The elements from a place of the input on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T First<T>(TScalar* x, int place)
        where T : unmanaged, INumeric<T>
    {
        if (!TSource.Adds)
        {
            return *(T*)(x + place);
        }

        T sum = *(T*)(x + place) + *(T*)(x + place + _toResidual);
        *(T*)(x + place + _toSum) = sum;
        return sum;
    }

    /// <summary>The tail of a row of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TVector FirstTail<TVector>(TScalar* row, int length)
        where TVector : unmanaged, INumeric<TVector>
    {
        TVector tail = Lanes<TScalar, TVector>.LoadTail(row, length);
        if (TSource.Adds)
        {
            tail += Lanes<TScalar, TVector>.LoadTail(row + _toResidual, length);
            Lanes<TScalar, TVector>.StoreTail(row + _toSum, length, tail);
        }

        return tail;
    }

    /// <summary>Where the elements at a place of the input are to be read once the first loop has been there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TScalar* Kept(TScalar* x) => TSource.Adds ? x + _toSum : x;
}
