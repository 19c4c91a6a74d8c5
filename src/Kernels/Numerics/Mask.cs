using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A truth value, computed with as 0 or 1; what is not zero is stored as true.</summary>
internal readonly struct Mask<TScalar>(byte value) : IStored<Mask<TScalar>, TScalar>
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
{
    private readonly byte _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TScalar Load(Mask<TScalar> stored) => stored._value != 0 ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Mask<TScalar> Store(TScalar value) => new(TScalar.IsNonzero(value) ? (byte)1 : (byte)0);
}
