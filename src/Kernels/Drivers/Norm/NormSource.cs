using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Whether a normalisation's input is one tensor or the sum of two: known to the compilers.</summary>
internal interface INormSource
{
    /// <summary>Whether a residual is added.</summary>
    static abstract bool Adds { get; }
}

/// <summary>The input alone.</summary>
internal readonly struct InputAlone : INormSource
{
    public static bool Adds => false;
}

/// <summary>The sum of the input and a residual.</summary>
internal readonly struct InputAndResidual : INormSource
{
    public static bool Adds => true;
}

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

/// <summary>The gradient of what went into an activation, where only that of its output y, and y itself, are in memory.</summary>
/// <param name="activation">The activation.</param>
/// <param name="toOutput">How far behind an element's gradient its y stands, in elements; they are laid out alike.</param>
internal readonly unsafe struct OutputGradient<TScalar, TAct>(TAct activation, nint toOutput)
    where TScalar : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    private readonly TAct _activation = activation;

    /// <summary>For the elements whose gradients of y begin at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T At<T>(TScalar* gradient)
        where T : unmanaged, IReal<T>
    {
        if (typeof(TAct) == typeof(IdentityOp))
        {
            return *(T*)gradient;
        }

        return *(T*)gradient * TAct.SlopeOf(_activation, TAct.SavesForSlope == Saved.Output ? *(T*)(gradient + toOutput) : default);
    }
}
