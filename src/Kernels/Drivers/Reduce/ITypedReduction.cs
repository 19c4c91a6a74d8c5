using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A reduction bound to one element type and its register: what the drivers run.</summary>
internal interface ITypedReduction<TScalar, TVector>
    where TScalar : unmanaged
    where TVector : unmanaged
{
    static abstract bool HasAnchor { get; }

    // On the host only: a GPU kernel is handed the identity, since infinities convert to integers differently there.
    TScalar Identity { get; }

    TScalar Map(TScalar x, TScalar anchor);

    TVector Map(TVector x, TVector anchor);

    TScalar Combine(TScalar a, TScalar b);

    TVector Combine(TVector a, TVector b);

    TScalar Finish(TScalar total, TScalar count, TScalar anchor);

    TVector Finish(TVector total, TVector count, TVector anchor);
}

/// <summary>Binds an <see cref="IReduction"/>.</summary>
internal readonly struct RealReduction<TOp, TScalar, TVector>(TOp op) : ITypedReduction<TScalar, TVector>
    where TOp : unmanaged, IReduction
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    private readonly TOp _op = op;

    public static bool HasAnchor => TOp.HasAnchor;

    public TScalar Identity => _op.Identity<TScalar>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Map(TScalar x, TScalar anchor) => _op.Map(x, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Map(TVector x, TVector anchor) => _op.Map(x, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Combine(TScalar a, TScalar b) => _op.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Combine(TVector a, TVector b) => _op.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Finish(TScalar total, TScalar count, TScalar anchor) => _op.Finish(total, count, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Finish(TVector total, TVector count, TVector anchor) => _op.Finish(total, count, anchor);
}

/// <summary>Binds an <see cref="INumericReduction"/>.</summary>
internal readonly struct NumericReduction<TOp, TScalar, TVector>(TOp op) : ITypedReduction<TScalar, TVector>
    where TOp : unmanaged, INumericReduction
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    private readonly TOp _op = op;

    public static bool HasAnchor => false;

    public TScalar Identity => _op.Identity<TScalar>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Map(TScalar x, TScalar anchor) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Map(TVector x, TVector anchor) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Combine(TScalar a, TScalar b) => _op.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Combine(TVector a, TVector b) => _op.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Finish(TScalar total, TScalar count, TScalar anchor) => total;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Finish(TVector total, TVector count, TVector anchor) => total;
}

/// <summary>Which part of a reduction a pass is, known to the compilers: few large results are made in pieces, which are joined.</summary>
internal interface IPass
{
    /// <summary>Whether it reads elements, to be mapped, and not the values of pieces.</summary>
    static abstract bool Maps { get; }

    /// <summary>Whether it writes results, and not the values of pieces.</summary>
    static abstract bool Finishes { get; }
}

/// <summary>From the elements to the results.</summary>
internal readonly struct WholePass : IPass
{
    public static bool Maps => true;

    public static bool Finishes => true;
}

/// <summary>From the elements to the values of pieces.</summary>
internal readonly struct PiecesPass : IPass
{
    public static bool Maps => true;

    public static bool Finishes => false;
}

/// <summary>From the values of pieces to the results.</summary>
internal readonly struct JoiningPass : IPass
{
    public static bool Maps => false;

    public static bool Finishes => true;
}
