namespace DeepSharp.Kernels;

/// <summary>The arrays that the CPU loops of batch norm go over. Values by column begin with column 0.</summary>
internal unsafe struct NormArrays<TScalar>
    where TScalar : unmanaged
{
    /// <summary>The input.</summary>
    internal TScalar* X;

    /// <summary>The output: y, or the gradient of the input.</summary>
    internal TScalar* Y;

    /// <summary>The gradient of the output.</summary>
    internal TScalar* Dy;

    /// <summary>By column: what is subtracted from the input, and the factor of the distance or of the gradient.</summary>
    internal TScalar* Middles;
    internal TScalar* Factors;

    /// <summary>By column: the factor of the distance in a gradient, and what is added last.</summary>
    internal TScalar* Slopes;
    internal TScalar* Shifts;

    /// <summary>By column of a piece: the mean and the sum of the squared distances, or the sum of g and of g (x - mean).</summary>
    internal TScalar* Sums;
    internal TScalar* Dots;

    /// <summary>The arrays with the sums of one piece.</summary>
    internal readonly NormArrays<TScalar> OfPiece(int column)
    {
        NormArrays<TScalar> a = this;
        a.Sums += column;
        a.Dots += column;
        return a;
    }

    /// <summary>The arrays from an element's row and a column on.</summary>
    internal readonly NormArrays<TScalar> At(long row, int column) => new()
    {
        X = X + row + column,
        Y = Y + row + column,
        Dy = Dy + row + column,
        Middles = Middles + column,
        Factors = Factors + column,
        Slopes = Slopes + column,
        Shifts = Shifts + column,
        Sums = Sums + column,
        Dots = Dots + column,
    };
}

/// <summary>The loops of batch norm over one piece and one panel of a <see cref="NormPlan"/>, or over whole samples.</summary>
internal unsafe interface INormForm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>
{
    /// <summary>The mean of each column, and the sum of the squared distances from it.</summary>
    static abstract void Moments<TSource>(
        HostNormSource<TScalar, TSource> source, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource;

    /// <summary>y = f((x - middle) * factor + shift).</summary>
    static abstract void Apply<TAct>(TAct activation, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp;

    /// <summary>The sum of g, the gradient before the activation, and of g * (x - middle).</summary>
    static abstract void GradientSums<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp;

    /// <summary>dx = g * factor + (x - middle) * slope + shift.</summary>
    static abstract void ApplyGradient<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp;

    /// <summary><see cref="Apply"/> over whole samples, in the order of memory; it may be the first to read them.</summary>
    static abstract void ApplySamples<TSource, TAct>(
        HostNormSource<TScalar, TSource> source, TAct activation, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp;

    /// <summary><see cref="ApplyGradient"/> over whole samples, in the order of memory.</summary>
    static abstract void ApplyGradientSamples<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp;
}
