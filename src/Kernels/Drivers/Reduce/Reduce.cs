using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>
/// Reduces a tensor over any of its axes: vectorised on all cores of a CPU, with trees of threads on a GPU.
/// </summary>
/// <remarks>
/// Operands are on one device and fit together; of 16-bit floats there is no form. Axes are named by a mask: bit a is set if axis a is
/// reduced. The output has the input's shape with the reduced axes at length 1, or without them. Operands may have any strides, and a
/// broadcast axis is reduced as if it were repeated in memory. The order in which elements are combined depends on shapes only, so the
/// same input gives the same bits; sums are made pairwise from short blocks, so that a float sum of 16 M values keeps six digits.
/// </remarks>
internal static class Reduction
{
    /// <summary>Reduces floating-point elements.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    public static void Run<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate = false)
        where TOp : unmanaged, IReduction => Run(op, output, input, output, axes, accumulate);

    /// <summary>Reduces floating-point elements, given a number per result.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="anchor">A number per result, shaped as the output is allowed to be. It may be the output.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    public static void Run<TOp>(TOp op, in Operand output, in Operand input, in Operand anchor, uint axes, bool accumulate = false)
        where TOp : unmanaged, IReduction =>
        Dispatch.Float(typeof(TOp).Name, input.DType, output.Device, new RealRun<TOp>(op, output, input, anchor, axes, accumulate));

    /// <summary>Reduces elements of any type by a reduction that integers have too.</summary>
    /// <param name="op">The reduction.</param>
    /// <param name="output">The results, of the input's type; or of <see cref="DType.Int64"/>, to which narrower integers and truth
    /// values (0 and 1) are then widened first.</param>
    /// <param name="input">The elements.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="accumulate">Add the results to what is in the output, instead of overwriting it.</param>
    public static void RunNumeric<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate = false)
        where TOp : unmanaged, INumericReduction
    {
        if (output.DType == DType.Int64 && input.DType is DType.Int32 or DType.UInt8 or DType.Bool)
        {
            using Scratch wide = Scratch.Converted(input, DType.Int64);
            RunNumeric(op, output, wide.Operand, axes, accumulate);
            return;
        }

        Dispatch.Numeric(typeof(TOp).Name, input.DType, output.Device, new NumericRun<TOp>(op, output, input, axes, accumulate));
    }

    /// <summary>The variance over the axes: sum of (x - mean)^2 / (count - correction), in two passes.</summary>
    /// <param name="output">The variances. NaN where there are not more elements than the correction.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <param name="correction">0 for the variance of the elements, 1 for the unbiased estimate from a sample.</param>
    public static void Variance(in Operand output, in Operand input, uint axes, double correction)
    {
        if (input.Count == 0)
        {
            Run(default(Mean), output, input, axes);
            return;
        }

        // The first element of each result, as a view: sums of distances from it do not round when all elements are equal.
        int[] dims = [.. input.Dims];
        for (int axis = 0; axis < dims.Length; axis++)
        {
            dims[axis] = ((axes >> axis) & 1) != 0 ? 1 : dims[axis];
        }

        Operand first = new(input.Block, input.Offset, input.DType, dims, input.Strides);
        if (!input.Device.IsHost && !input.IsContiguous && !ReducePlan.Of(output, input, first, axes).FitsGpu)
        {
            using Scratch copy = Scratch.Converted(input, input.DType);
            Variance(output, copy.Operand, axes, correction);
            return;
        }

        Run(default(MeanFromFirst), output, input, first, axes);
        Run(new SquaredDeviations(correction), output, input, output, axes);
    }

    /// <summary>log(sum of exp(x)) over the axes, without overflow: max + log(sum of exp(x - max)). -inf of no elements.</summary>
    /// <param name="output">The results.</param>
    /// <param name="input">The elements, of the output's type.</param>
    /// <param name="axes">The axes to reduce.</param>
    public static void LogSumExp(in Operand output, in Operand input, uint axes)
    {
        RunNumeric(default(Largest), output, input, axes);
        Run(default(LogSumExp), output, input, output, axes);
    }

    /// <summary>Whether any element over the axes is not zero. False of no elements.</summary>
    /// <param name="output">The results: contiguous, of <see cref="DType.Bool"/>.</param>
    /// <param name="input">The elements, of any type.</param>
    /// <param name="axes">The axes to reduce.</param>
    public static void Any(in Operand output, in Operand input, uint axes) => Test(default(Sum), output, input, axes);

    /// <summary>Whether all elements over the axes are not zero. True of no elements.</summary>
    /// <param name="output">The results: contiguous, of <see cref="DType.Bool"/>.</param>
    /// <param name="input">The elements, of any type.</param>
    /// <param name="axes">The axes to reduce.</param>
    public static void All(in Operand output, in Operand input, uint axes) => Test(default(Product), output, input, axes);

    private static void Test<TOp>(TOp op, in Operand output, in Operand input, uint axes)
        where TOp : unmanaged, INumericReduction
    {
        using Scratch truth = Scratch.Converted(input, DType.Bool);
        using Scratch result = Scratch.Rent(output.Device, DType.Int64, output.Dims);
        RunNumeric(op, result.Operand, truth.Operand, axes);
        Cast.Run(output, result.Operand);
    }

    private static void Run<TRed, TScalar, TVector>(
        TRed reduction, in Operand output, in Operand input, in Operand anchor, uint axes, bool accumulate)
        where TRed : unmanaged, ITypedReduction<TScalar, TVector>
        where TScalar : unmanaged, INumeric<TScalar>
        where TVector : unmanaged, INumeric<TVector>
    {
        Debug.Assert(output.DType == input.DType && output.Device == input.Device);
        ReducePlan plan = ReducePlan.Of(output, input, anchor, axes);
        if (plan.KeptCount == 0)
        {
            return;
        }

        if (output.Device.StartsOnHost())
        {
            HostReduce<TRed, TScalar, TVector>.Run(reduction, plan, output, input, anchor, accumulate);
        }
        else if (plan.FitsGpu)
        {
            GpuReduce<TRed, TScalar, TVector>.Run(reduction, plan, output, input, anchor, accumulate);
        }
        else
        {
            using Scratch copy = Scratch.Converted(input, input.DType);
            plan = ReducePlan.Of(output, copy.Operand, anchor, axes);
            plan.RequireFit();
            GpuReduce<TRed, TScalar, TVector>.Run(reduction, plan, output, copy.Operand, anchor, accumulate);
        }
    }

    private readonly ref struct RealRun<TOp>(
        TOp op, in Operand output, in Operand input, in Operand anchor, uint axes, bool accumulate) : IFloatVisitor
        where TOp : unmanaged, IReduction
    {
        private readonly TOp _op = op;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;
        private readonly ref readonly Operand _anchor = ref anchor;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> =>
            Run<RealReduction<TOp, TScalar, TVector>, TScalar, TVector>(new(_op), _output, _input, _anchor, axes, accumulate);
    }

    private readonly ref struct NumericRun<TOp>(TOp op, in Operand output, in Operand input, uint axes, bool accumulate) : INumericVisitor
        where TOp : unmanaged, INumericReduction
    {
        private readonly TOp _op = op;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain);
            Run<NumericReduction<TOp, TScalar, TVector>, TScalar, TVector>(new(_op), _output, _input, _output, axes, accumulate);
        }
    }
}
