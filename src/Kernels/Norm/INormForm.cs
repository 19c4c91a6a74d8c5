namespace DeepSharp.Kernels;

/// <summary>The loops of batch norm over one piece and one panel of a <see cref="NormPlan"/>, or over whole samples.</summary>
/// <remarks>Values by column stand in arrays that begin with column 0.</remarks>
internal unsafe interface INormForm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>
{
    /// <summary>The mean of each column, and the sum of the squared distances from it.</summary>
    static abstract void Moments(in NormPlan plan, int piece, int panel, TScalar* x, TScalar* mean, TScalar* squares);

    /// <summary>y = (x - mean) * scale + shift.</summary>
    static abstract void Apply(
        in NormPlan plan, int piece, int panel, TScalar* y, TScalar* x, TScalar* mean, TScalar* scale, TScalar* shift);

    /// <summary>The sum of dy, and of dy * (x - mean).</summary>
    static abstract void GradientSums(
        in NormPlan plan, int piece, int panel, TScalar* dy, TScalar* x, TScalar* mean, TScalar* sum, TScalar* dot);

    /// <summary>dx = dy * scale + (x - mean) * slope + shift.</summary>
    static abstract void ApplyGradient(
        in NormPlan plan,
        int piece,
        int panel,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift);

    /// <summary><see cref="Apply"/> over whole samples, in the order of memory.</summary>
    static abstract void ApplySamples(
        in NormPlan plan, int start, int end, TScalar* y, TScalar* x, TScalar* mean, TScalar* scale, TScalar* shift);

    /// <summary><see cref="ApplyGradient"/> over whole samples, in the order of memory.</summary>
    static abstract void ApplyGradientSamples(
        in NormPlan plan,
        int start,
        int end,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift);
}
