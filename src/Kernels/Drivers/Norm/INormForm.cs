namespace DeepSharp.Kernels;

/// <summary>The loops of batch norm over one piece and one panel of a <see cref="NormPlan"/>, or over whole samples.</summary>
/// <remarks>Values by column stand in arrays that begin with column 0.</remarks>
internal unsafe interface INormForm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>
{
    /// <summary>The mean of each column, and the sum of the squared distances from it.</summary>
    static abstract void Moments<TSource>(
        HostNormSource<TScalar, TSource> source, in NormPlan plan, int piece, int panel, TScalar* x, TScalar* mean, TScalar* squares)
        where TSource : unmanaged, INormSource;

    /// <summary>y = f((x - mean) * scale + shift).</summary>
    static abstract void Apply<TAct>(
        TAct activation, in NormPlan plan, int piece, int panel, TScalar* y, TScalar* x, TScalar* mean, TScalar* scale, TScalar* shift)
        where TAct : unmanaged, IUnaryOp;

    /// <summary>The sum of g, the gradient before the activation, and of g * (x - mean).</summary>
    static abstract void GradientSums<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int piece,
        int panel,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* sum,
        TScalar* dot)
        where TAct : unmanaged, IUnaryOp;

    /// <summary>dx = g * scale + (x - mean) * slope + shift.</summary>
    static abstract void ApplyGradient<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int piece,
        int panel,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where TAct : unmanaged, IUnaryOp;

    /// <summary><see cref="Apply"/> over whole samples, in the order of memory; it may be the first to read them.</summary>
    static abstract void ApplySamples<TSource, TAct>(
        HostNormSource<TScalar, TSource> source,
        TAct activation,
        in NormPlan plan,
        int start,
        int end,
        TScalar* y,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* shift)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp;

    /// <summary><see cref="ApplyGradient"/> over whole samples, in the order of memory.</summary>
    static abstract void ApplyGradientSamples<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int start,
        int end,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where TAct : unmanaged, IUnaryOp;
}
