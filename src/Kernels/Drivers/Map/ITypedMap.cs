using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A map bound to one element type and its register: what the drivers run.</summary>
internal interface ITypedMap<TScalar, TVector>
    where TScalar : unmanaged
    where TVector : unmanaged
{
    static abstract int Arity { get; }

    TScalar Apply(TScalar a, TScalar b, TScalar c);

    TVector Apply(TVector a, TVector b, TVector c);
}

/// <summary>Binds an <see cref="IMap"/>.</summary>
internal readonly struct RealMap<TOp, TScalar, TVector>(TOp op) : ITypedMap<TScalar, TVector>
    where TOp : unmanaged, IMap
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.Arity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Apply(TScalar a, TScalar b, TScalar c) => _op.Apply(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector a, TVector b, TVector c) => _op.Apply(a, b, c);
}

/// <summary>Binds an <see cref="INumericMap"/>.</summary>
internal readonly struct NumericMap<TOp, TScalar, TVector>(TOp op) : ITypedMap<TScalar, TVector>
    where TOp : unmanaged, INumericMap
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.Arity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Apply(TScalar a, TScalar b, TScalar c) => _op.Apply(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector a, TVector b, TVector c) => _op.Apply(a, b, c);
}
