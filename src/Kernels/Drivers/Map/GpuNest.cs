namespace DeepSharp.Kernels;

/// <summary>The last four axes of a <see cref="LoopNest"/> as plain fields, which a kernel keeps in registers.</summary>
internal struct GpuNest
{
    private const int Axes = 4;

    internal int Count;
    internal int Dim1;
    internal int Dim2;
    internal int Dim3;
    internal GpuStrides Output;
    internal GpuStrides A;
    internal GpuStrides B;
    internal GpuStrides C;

    /// <summary>How many launches cover the nest: one, unless it has more than four axes that do not merge.</summary>
    internal static int LaunchCount(in LoopNest nest)
    {
        int count = 1;
        for (int axis = 0; axis < nest.Rank - Axes; axis++)
        {
            count *= Dim(nest, axis);
        }

        return count;
    }

    /// <summary>The elements of one launch.</summary>
    internal static int InnerCount(in LoopNest nest)
    {
        int count = 1;
        for (int axis = Math.Max(0, nest.Rank - Axes); axis < nest.Rank; axis++)
        {
            count *= Dim(nest, axis);
        }

        return count;
    }

    internal static GpuNest Of(in LoopNest nest, int launch)
    {
        int first = nest.Rank - Axes;
        return new GpuNest
        {
            Count = InnerCount(nest),
            Dim1 = Dim(nest, first + 1),
            Dim2 = Dim(nest, first + 2),
            Dim3 = Dim(nest, first + 3),
            Output = Strides(nest, 0, first, launch),
            A = Strides(nest, 1, first, launch),
            B = Strides(nest, 2, first, launch),
            C = Strides(nest, 3, first, launch),
        };
    }

    /// <summary>The strides of a further operand, beyond the four that stand here.</summary>
    internal static GpuStrides StridesOf(in LoopNest nest, int operand, int launch) => Strides(nest, operand, nest.Rank - Axes, launch);

    /// <summary>The position of the element with a linear index.</summary>
    internal readonly GpuIndex Index(int linear)
    {
        if (Dim3 == Count)
        {
            return new GpuIndex { I3 = linear };
        }

        int rest2 = linear / Dim3;
        int rest1 = rest2 / Dim2;
        int rest0 = rest1 / Dim1;
        return new GpuIndex
        {
            I0 = rest0,
            I1 = rest1 - (rest0 * Dim1),
            I2 = rest2 - (rest1 * Dim2),
            I3 = linear - (rest2 * Dim3),
        };
    }

    private static unsafe int Dim(in LoopNest nest, int axis) => axis < 0 ? 1 : nest.Dims[axis];

    private static unsafe int Stride(in LoopNest nest, int operand, int axis) =>
        axis < 0 ? 0 : nest.Strides[(operand * LoopNest.MaxRank) + axis];

    private static GpuStrides Strides(in LoopNest nest, int operand, int first, int launch)
    {
        int start = 0;
        int rest = launch;
        for (int axis = first - 1; axis >= 0; axis--)
        {
            int dim = Dim(nest, axis);
            start += rest % dim * Stride(nest, operand, axis);
            rest /= dim;
        }

        return new GpuStrides
        {
            Start = start,
            S0 = Stride(nest, operand, first),
            S1 = Stride(nest, operand, first + 1),
            S2 = Stride(nest, operand, first + 2),
            S3 = Stride(nest, operand, first + 3),
        };
    }
}

/// <summary>A position along four axes.</summary>
internal struct GpuIndex
{
    internal int I0;
    internal int I1;
    internal int I2;
    internal int I3;
}

/// <summary>Where an operand's elements stand along four axes.</summary>
internal struct GpuStrides
{
    internal int Start;
    internal int S0;
    internal int S1;
    internal int S2;
    internal int S3;

    internal readonly int At(in GpuIndex index) =>
        Start + (index.I0 * S0) + (index.I1 * S1) + (index.I2 * S2) + (index.I3 * S3);
}
