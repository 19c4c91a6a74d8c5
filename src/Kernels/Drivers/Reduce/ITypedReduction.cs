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

    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.HasAnchor;
    }

    public TScalar Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _op.Identity<TScalar>();
    }

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

    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    public TScalar Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _op.Identity<TScalar>();
    }

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

/// <summary>The first of two passes: elements to partial values.</summary>
internal readonly struct ReduceToPartials<TRed, TScalar, TVector>(TRed reduction) : ITypedReduction<TScalar, TVector>
    where TRed : unmanaged, ITypedReduction<TScalar, TVector>
    where TScalar : unmanaged
    where TVector : unmanaged
{
    private readonly TRed _reduction = reduction;

    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TRed.HasAnchor;
    }

    public TScalar Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _reduction.Identity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Map(TScalar x, TScalar anchor) => _reduction.Map(x, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Map(TVector x, TVector anchor) => _reduction.Map(x, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Combine(TScalar a, TScalar b) => _reduction.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Combine(TVector a, TVector b) => _reduction.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Finish(TScalar total, TScalar count, TScalar anchor) => total;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Finish(TVector total, TVector count, TVector anchor) => total;
}

/// <summary>The second of two passes: partial values to results.</summary>
internal readonly struct ReducePartials<TRed, TScalar, TVector>(TRed reduction) : ITypedReduction<TScalar, TVector>
    where TRed : unmanaged, ITypedReduction<TScalar, TVector>
    where TScalar : unmanaged
    where TVector : unmanaged
{
    private readonly TRed _reduction = reduction;

    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TRed.HasAnchor;
    }

    public TScalar Identity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _reduction.Identity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Map(TScalar x, TScalar anchor) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Map(TVector x, TVector anchor) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Combine(TScalar a, TScalar b) => _reduction.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Combine(TVector a, TVector b) => _reduction.Combine(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TScalar Finish(TScalar total, TScalar count, TScalar anchor) => _reduction.Finish(total, count, anchor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Finish(TVector total, TVector count, TVector anchor) => _reduction.Finish(total, count, anchor);
}
