using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Reductions over axes, with their gradients.</summary>
/// <remarks>
/// Without axes a reduction runs over all of them. The reduced axes disappear, or stay with length one if asked for. Negative
/// axes count from the last. 16-bit floats are reduced in Float32. Sums, extremes and their positions are there for all element
/// types, means and what is made of them for floating point.
/// </remarks>
public static class ReductionOperators
{
    extension(Tensor x)
    {
        /// <summary>The sum of all elements.</summary>
        public Tensor Sum() => x.Sum([]);

        /// <summary>The sum over one axis.</summary>
        /// <param name="axis">The axis.</param>
        /// <param name="keepDims">Whether it stays, with length one.</param>
        public Tensor Sum(int axis, bool keepDims = false) => x.Sum([axis], keepDims);

        /// <summary>The sum over some axes. Integers and masks add up as Int64.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        public Tensor Sum(ReadOnlySpan<int> axes, bool keepDims = false)
        {
            if (x.IsHalf())
            {
                return x.HalfToSingle().Sum(axes, keepDims).Like(x).MadeBy(nameof(Sum));
            }

            ReducedAxes reduced = new(x.Shape, axes, nameof(Sum));
            Tensor sum = ReductionKernels.Sum(x, reduced);
            Tensor result = x.Records() ? new SumNode(x, reduced, 1).Attach(sum) : sum;
            return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(nameof(Sum));
        }

        /// <summary>The mean of all elements.</summary>
        public Tensor Mean() => x.Mean([]);

        /// <summary>The mean over one axis.</summary>
        /// <inheritdoc cref="Sum(Tensor, int, bool)"/>
        public Tensor Mean(int axis, bool keepDims = false) => x.Mean([axis], keepDims);

        /// <summary>The mean over some axes; NaN over none.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        public Tensor Mean(ReadOnlySpan<int> axes, bool keepDims = false)
        {
            if (x.IsHalf())
            {
                return x.HalfToSingle().Mean(axes, keepDims).Like(x).MadeBy(nameof(Mean));
            }

            ReducedAxes reduced = new(x.Shape, axes, nameof(Mean));
            ReductionKernels.RequireReal(nameof(Mean), x);
            Tensor mean = ReductionKernels.Mean(x, reduced);
            Tensor result = x.Records() ? new SumNode(x, reduced, 1.0 / reduced.Count).Attach(mean) : mean;
            return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(nameof(Mean));
        }

        /// <summary>The largest of all elements.</summary>
        public Tensor Max() => x.Max([]);

        /// <summary>The largest element along an axis.</summary>
        /// <inheritdoc cref="Sum(Tensor, int, bool)"/>
        public Tensor Max(int axis, bool keepDims = false) => x.Max([axis], keepDims);

        /// <summary>The largest element over some axes; NaN if there is one. Equal elements share the gradient.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        /// <exception cref="InvalidOperationException">There is no element to choose from.</exception>
        public Tensor Max(ReadOnlySpan<int> axes, bool keepDims = false) => Extreme(x, axes, keepDims, nameof(Max), true);

        /// <summary>The smallest of all elements.</summary>
        public Tensor Min() => x.Min([]);

        /// <summary>The smallest element along an axis.</summary>
        /// <inheritdoc cref="Sum(Tensor, int, bool)"/>
        public Tensor Min(int axis, bool keepDims = false) => x.Min([axis], keepDims);

        /// <summary>The smallest element over some axes; NaN if there is one. Equal elements share the gradient.</summary>
        /// <inheritdoc cref="Max(Tensor, ReadOnlySpan{int}, bool)"/>
        public Tensor Min(ReadOnlySpan<int> axes, bool keepDims = false) => Extreme(x, axes, keepDims, nameof(Min), false);

        /// <summary>The position of the largest element along an axis, as Int64: the first of equal ones, or of NaNs.</summary>
        /// <param name="axis">The axis.</param>
        /// <param name="keepDims">Whether it stays, with length one.</param>
        public Tensor ArgMax(int axis = -1, bool keepDims = false) => ArgExtreme(x, axis, keepDims, nameof(ArgMax), true);

        /// <summary>The position of the smallest element along an axis, as Int64: the first of equal ones, or of NaNs.</summary>
        /// <inheritdoc cref="ArgMax(Tensor, int, bool)"/>
        public Tensor ArgMin(int axis = -1, bool keepDims = false) => ArgExtreme(x, axis, keepDims, nameof(ArgMin), false);

        /// <summary>The mean squared distance from the mean along one axis.</summary>
        /// <param name="axis">The axis.</param>
        /// <param name="correction">What is subtracted from the number of elements in the divisor: 1 estimates the variance of
        /// what the elements are a sample of, 0 is the variance of the elements themselves.</param>
        /// <param name="keepDims">Whether the axis stays, with length one.</param>
        public Tensor Variance(int axis, int correction = 1, bool keepDims = false) => x.Variance([axis], correction, keepDims);

        /// <summary>The mean squared distance from the mean.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="correction">What is subtracted from the number of elements in the divisor: 1 estimates the variance of
        /// what the elements are a sample of, 0 is the variance of the elements themselves.</param>
        /// <param name="keepDims">Whether the axes stay, with length one.</param>
        public Tensor Variance(ReadOnlySpan<int> axes = default, int correction = 1, bool keepDims = false)
        {
            if (x.IsHalf())
            {
                return x.HalfToSingle().Variance(axes, correction, keepDims).Like(x).MadeBy(nameof(Variance));
            }

            ReducedAxes reduced = new(x.Shape, axes, nameof(Variance));
            ReductionKernels.RequireReal(nameof(Variance), x);
            Tensor variance = ReductionKernels.Variance(x, reduced, correction);
            Tensor result = x.Records() ? new VarianceNode(x, reduced, correction).Attach(variance) : variance;
            return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(nameof(Variance));
        }

        /// <summary>The square root of the variance along one axis.</summary>
        /// <inheritdoc cref="Variance(Tensor, int, int, bool)"/>
        public Tensor StandardDeviation(int axis, int correction = 1, bool keepDims = false) => x.StandardDeviation([axis], correction, keepDims);

        /// <summary>The square root of the <see cref="Variance(Tensor, ReadOnlySpan{int}, int, bool)">variance</see>; where all elements are equal
        /// the gradient is 0.</summary>
        /// <inheritdoc cref="Variance(Tensor, ReadOnlySpan{int}, int, bool)"/>
        public Tensor StandardDeviation(ReadOnlySpan<int> axes = default, int correction = 1, bool keepDims = false) =>
            x.IsHalf()
                ? x.HalfToSingle().StandardDeviation(axes, correction, keepDims).Like(x).MadeBy(nameof(StandardDeviation))
                : x.Variance(axes, correction, keepDims).Apply(default(RootOfSquaresOp)).MadeBy(nameof(StandardDeviation));

        /// <summary>ln of the sum of e^x along one axis, without overflow.</summary>
        /// <inheritdoc cref="Sum(Tensor, int, bool)"/>
        public Tensor LogSumExp(int axis, bool keepDims = false) => x.LogSumExp([axis], keepDims);

        /// <summary>ln of the sum of e^x over some axes, without overflow.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        public Tensor LogSumExp(ReadOnlySpan<int> axes = default, bool keepDims = false)
        {
            if (x.IsHalf())
            {
                return x.HalfToSingle().LogSumExp(axes, keepDims).Like(x).MadeBy(nameof(LogSumExp));
            }

            ReducedAxes reduced = new(x.Shape, axes, nameof(LogSumExp));
            ReductionKernels.RequireReal(nameof(LogSumExp), x);
            Tensor value = ReductionKernels.LogSumExp(x, reduced);
            Tensor result = x.Records() ? new LogSumExpNode(x, value, reduced).Attach(value) : value;
            return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(nameof(LogSumExp));
        }

        /// <summary>Whether any element is not zero. Waits for the device.</summary>
        public bool Any() => x.NotEqual(0).Sum().Item() > 0;

        /// <summary>Whether no element is zero. Waits for the device.</summary>
        public bool All() => x.NotEqual(0).Sum().Item() == x.Count;

        /// <summary>The square root of the sum of squares of all elements; the gradient at the zero vector is 0.</summary>
        public Tensor Norm() => x.IsHalf() ? x.HalfToSingle().Norm().Like(x).MadeBy(nameof(Norm)) : x.Square().Sum().Apply(default(RootOfSquaresOp)).MadeBy(nameof(Norm));

        /// <summary>Sums over the axes that broadcasting a tensor of this shape would have repeated.</summary>
        internal Tensor SumTo(Shape shape)
        {
            if (x.Shape == shape)
            {
                return x;
            }

            int added = x.Rank - shape.Rank;
            Span<int> axes = stackalloc int[x.Rank];
            int count = 0;
            for (int axis = 0; axis < x.Rank; axis++)
            {
                if (axis < added || (shape[axis - added] == 1 && x.Shape[axis] != 1))
                {
                    axes[count++] = axis;
                }
            }

            // Without axes to add up, only leading ones disappear.
            return count == 0 ? x.Reshape(shape) : x.Sum(axes[..count], keepDims: true).Reshape(shape);
        }
    }

    private static Tensor Extreme(Tensor x, ReadOnlySpan<int> axes, bool keepDims, string name, bool largest)
    {
        if (x.IsHalf() || x.DType is DType.UInt8 or DType.Bool)
        {
            return Extreme(Binary.Number(x.HalfToSingle()), axes, keepDims, name, largest).To(x.DType).MadeBy(name);
        }

        ReducedAxes reduced = new(x.Shape, axes, name);
        ReductionKernels.RequireElements(name, x, reduced);
        Tensor value = ReductionKernels.Extreme(x, reduced, largest);
        Tensor result = x.Records() ? new ExtremeNode(name, x, value, reduced).Attach(value) : value;
        return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(name);
    }

    private static Tensor ArgExtreme(Tensor x, int axis, bool keepDims, string name, bool largest)
    {
        ArgumentNullException.ThrowIfNull(x);
        ReducedAxes reduced = new(x.Shape, [axis], name);
        ReductionKernels.RequireElements(name, x, reduced);
        Tensor result = ReductionKernels.ArgExtreme(Binary.Number(x.Detach().HalfToSingle()), reduced, largest);
        return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(name);
    }
}
