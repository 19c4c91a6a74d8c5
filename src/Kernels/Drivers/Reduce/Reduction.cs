namespace DeepSharp.Kernels;

/// <summary>
/// Reduces a tensor over any of its axes: vectorised on all cores of a CPU, with trees of threads on a GPU.
/// </summary>
/// <remarks>
/// Axes are named by a mask: bit a is set if axis a is reduced. The output has the input's shape with the reduced axes at length
/// 1, or without them. Operands may have any strides, and a broadcast axis is reduced as if it were repeated in memory. The order
/// in which elements are combined depends on shapes only, so the same input gives the same bits; sums are made pairwise from
/// short blocks, so that a float sum of 16 M values keeps six digits.
/// </remarks>
public static class Reduction
{
    /// <summary>Reduces floating-point elements.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or there are no elements and the reduction needs
    /// one.</exception>
    public static void Run<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate = false)
        where TOp : unmanaged, IReduction
    {
        if (TOp.HasAnchor)
        {
            throw new ArgumentException($"{typeof(TOp).Name} has an anchor. Pass it.", nameof(op));
        }

        Run(op, output, input, output, axes, accumulate);
    }

    /// <summary>Reduces floating-point elements, given a number per result.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="anchor">A number per result, shaped as the output is allowed to be. It may be the output.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or there are no elements and the reduction needs
    /// one.</exception>
    public static void Run<TOp>(TOp op, in Operand output, in Operand input, in Operand anchor, uint axes, bool accumulate = false)
        where TOp : unmanaged, IReduction
    {
        string name = typeof(TOp).Name;
        ReductionChecks.SameType(name, output, input);
        ReductionChecks.Shapes(name, output, input, axes);
        ReductionChecks.Shapes(name, anchor, input, axes);
        ReductionChecks.Elements(name, TOp.AllowsEmpty, input, axes);
        switch (input.DType)
        {
            case DType.Float32:
                Run<RealReduction<TOp, F32, F32x>, F32, F32x>(new(op), output, input, anchor, axes, accumulate);
                break;
            case DType.Float64:
                Run<RealReduction<TOp, F64, F64x>, F64, F64x>(new(op), output, input, anchor, axes, accumulate);
                break;
            default:
                throw new ArgumentException($"{name} needs floating-point elements, not {input.DType}. Cast first.");
        }
    }

    /// <summary>Reduces elements of any type by a reduction that integers have too.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results, of the input's type; or of <see cref="DType.Int64"/>, to which narrower integers and truth
    /// values (0 and 1) are then widened first.</param>
    /// <param name="input">The elements.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or there are no elements and the reduction needs
    /// one.</exception>
    public static void RunNumeric<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate = false)
        where TOp : unmanaged, INumericReduction
    {
        string name = typeof(TOp).Name;
        ReductionChecks.Shapes(name, output, input, axes);
        ReductionChecks.Elements(name, TOp.AllowsEmpty, input, axes);
        if (output.DType == DType.Int64 && input.DType is DType.Int32 or DType.UInt8 or DType.Bool)
        {
            using Scratch wide = Scratch.Converted(input, DType.Int64);
            RunNumeric(op, output, wide.Operand, axes, accumulate);
            return;
        }

        ReductionChecks.SameType(name, output, input);
        RunAny(op, output, input, axes, accumulate);
    }

    /// <summary>The variance over the axes: sum of (x - mean)^2 / (count - correction), in two passes.</summary>
    /// <param name="output">The variances. NaN where there are not more elements than the correction.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="correction">0 for the variance of the elements, 1 for the unbiased estimate from a sample.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Variance(in Operand output, in Operand input, uint axes, double correction)
    {
        Run(default(Mean), output, input, axes);
        Run(new SquaredDeviations(correction), output, input, output, axes);
    }

    /// <summary>log(sum of exp(x)) over the axes, without overflow: max + log(sum of exp(x - max)). -inf of no elements.</summary>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void LogSumExp(in Operand output, in Operand input, uint axes)
    {
        ReductionChecks.SameType(nameof(LogSumExp), output, input);
        ReductionChecks.Shapes(nameof(LogSumExp), output, input, axes);
        RunAny(default(Largest), output, input, axes, false);
        Run(default(LogSumExp), output, input, output, axes);
    }

    /// <summary>Whether any element over the axes is not zero. False of no elements.</summary>
    /// <param name="output">The results: contiguous, of <see cref="DType.Bool"/>.</param>
    /// <param name="input">The elements, of any type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Any(in Operand output, in Operand input, uint axes) => Test(default(Sum), nameof(Any), output, input, axes);

    /// <summary>Whether all elements over the axes are not zero. True of no elements.</summary>
    /// <param name="output">The results: contiguous, of <see cref="DType.Bool"/>.</param>
    /// <param name="input">The elements, of any type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void All(in Operand output, in Operand input, uint axes) => Test(default(Product), nameof(All), output, input, axes);

    private static void Test<TOp>(TOp op, string name, in Operand output, in Operand input, uint axes)
        where TOp : unmanaged, INumericReduction
    {
        ReductionChecks.Shapes(name, output, input, axes);
        if (output.DType != DType.Bool || !output.IsContiguous)
        {
            throw new ArgumentException($"{name}: the output must be contiguous and of type Bool, not {output.DType}.", nameof(output));
        }

        using Scratch truth = Scratch.Converted(input, DType.Bool);
        using Scratch result = Scratch.Rent(output.Device, DType.Int64, output.Dims);
        RunNumeric(op, result.Operand, truth.Operand, axes);
        Cast.Run(output, result.Operand);
    }

    private static void RunAny<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate)
        where TOp : unmanaged, INumericReduction
    {
        switch (input.DType)
        {
            case DType.Float32:
                Run<NumericReduction<TOp, F32, F32x>, F32, F32x>(new(op), output, input, output, axes, accumulate);
                break;
            case DType.Float64:
                Run<NumericReduction<TOp, F64, F64x>, F64, F64x>(new(op), output, input, output, axes, accumulate);
                break;
            case DType.Int32:
                Run<NumericReduction<TOp, I32, I32x>, I32, I32x>(new(op), output, input, output, axes, accumulate);
                break;
            case DType.Int64:
                Run<NumericReduction<TOp, I64, I64x>, I64, I64x>(new(op), output, input, output, axes, accumulate);
                break;
            default:
                throw new ArgumentException($"{typeof(TOp).Name} has no form for {input.DType}. Cast to Int32 or Float32 first.");
        }
    }

    private static unsafe void Run<TRed, TScalar, TVector>(
        TRed reduction, in Operand output, in Operand input, in Operand anchor, uint axes, bool accumulate)
        where TRed : unmanaged, ITypedReduction<TScalar, TVector>
        where TScalar : unmanaged, INumeric<TScalar>
        where TVector : unmanaged, INumeric<TVector>
    {
        ReducePlan plan = ReducePlan.Of(output, input, anchor, axes);
        if (plan.KeptCount == 0)
        {
            return;
        }

        Device device = output.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            HostReduce<TRed, TScalar, TVector>.Run(
                reduction, plan, output.Host<TScalar>(), input.Host<TScalar>(), anchor.Host<TScalar>(), accumulate, device);
            return;
        }

        if (!plan.FitsGpu)
        {
            using Scratch copy = Scratch.Converted(input, input.DType);
            plan = ReducePlan.Of(output, copy.Operand, anchor, axes);
            ReductionChecks.FitsGpu(plan);
            Launch<TRed, TScalar, TVector>(reduction, plan, output, copy.Operand, anchor, accumulate);
            return;
        }

        Launch<TRed, TScalar, TVector>(reduction, plan, output, input, anchor, accumulate);
    }

    private static void Launch<TRed, TScalar, TVector>(
        TRed reduction, in ReducePlan plan, in Operand output, in Operand input, in Operand anchor, bool accumulate)
        where TRed : unmanaged, ITypedReduction<TScalar, TVector>
        where TScalar : unmanaged, INumeric<TScalar>
        where TVector : unmanaged, INumeric<TVector> =>
        GpuReduce<TRed, TScalar, TVector>.Run(
            reduction, plan, output.View<TScalar>(), input.View<TScalar>(), anchor.View<TScalar>(), accumulate, output.Device);
}
