using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Order along an axis. Sorted values pass their gradients to where they came from; places take none.</summary>
/// <remarks>Equal elements stay in their order; NaN is above all numbers, as in PyTorch.</remarks>
public static class SortOperators
{
    extension(Tensor x)
    {
        /// <summary>The places of the elements in order along an axis, Int64: NumPy's and PyTorch's argsort.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <param name="descending">Whether the largest comes first.</param>
        public Tensor ArgSort(int axis = -1, bool descending = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            int along = x.Shape.Axis(axis, nameof(ArgSort));
            Tensor keys = Binary.Number(x.Detach().HalfToSingle());
            Tensor places = Tensor.Uninitialized(x.Shape, DType.Int64, x.Device, nameof(ArgSort));
            Sorting.ArgSort(places.Operand, keys.Operand, along, descending);
            return places;
        }

        /// <summary>The elements in order along an axis, and the places where they stood, Int64.</summary>
        /// <inheritdoc cref="ArgSort(Tensor, int, bool)"/>
        public (Tensor Values, Tensor Places) Sort(int axis = -1, bool descending = false)
        {
            Tensor places = x.ArgSort(axis, descending);
            return (x.Gather(places, axis).MadeBy(nameof(Sort)), places);
        }

        /// <summary>The largest elements along an axis, the largest first, and the places where they stand, Int64.</summary>
        /// <param name="count">How many.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <param name="largest">Whether the largest are taken; else the smallest, the smallest first.</param>
        /// <exception cref="ArgumentOutOfRangeException">The axis has not so many elements.</exception>
        public (Tensor Values, Tensor Places) TopK(int count, int axis = -1, bool largest = true)
        {
            ArgumentNullException.ThrowIfNull(x);
            int along = x.Shape.Axis(axis, nameof(TopK));
            if (count < 0 || count > x.Shape[along])
            {
                throw new ArgumentOutOfRangeException(
                    nameof(count), $"TopK: {count} of the {x.Shape[along]} elements along axis {along} of {x.Shape}. Use 0 to {x.Shape[along]}.");
            }

            Tensor places = x.ArgSort(along, largest).Narrow(along, 0, count).Contiguous();
            return (x.Gather(places, along).MadeBy(nameof(TopK)), places.MadeBy(nameof(TopK)));
        }

        /// <summary>The median of all elements: of an even number the lower of the two in the middle, as in PyTorch; NaN if one is NaN. Equal elements
        /// share the gradient.</summary>
        /// <exception cref="InvalidOperationException">There is no element.</exception>
        public Tensor Median()
        {
            ArgumentNullException.ThrowIfNull(x);
            ReducedAxes all = new(x.Shape, [], nameof(Median));
            ReductionKernels.RequireElements(nameof(Median), x, all);
            Tensor value = x.Detach().Flatten().Median(0, keepDims: true).Reshape(all.Kept);
            return (x.Records() ? new ExtremeNode(nameof(Median), x, value, all).Attach(value) : value).Reshape(all.Dropped).MadeBy(nameof(Median));
        }

        /// <summary>The median along an axis: of an even number the lower of the two in the middle, as in PyTorch; NaN if one is NaN.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <param name="keepDims">Whether it stays, with length one.</param>
        /// <exception cref="InvalidOperationException">There is no element to choose.</exception>
        public Tensor Median(int axis, bool keepDims = false)
        {
            int along = Chosen(x, axis, nameof(Median));
            Tensor places = x.ArgSort(along);

            // A NaN sorts last: where there is one, it is taken.
            Tensor place = places.Narrow(along, (x.Shape[along] - 1) / 2, 1);
            Tensor last = places.Narrow(along, x.Shape[along] - 1, 1);
            place = x.DType.IsFloatingPoint ? Tensor.Where(x.Detach().Gather(last, along).IsNaN(), last, place) : place;
            Tensor value = x.Gather(place, along);
            return (keepDims ? value : value.Squeeze(along)).MadeBy(nameof(Median));
        }

        /// <summary>The quantile of all elements, between two of them by a straight line; NaN if one is NaN.</summary>
        /// <param name="fraction">The part of the elements that are below it, in [0, 1].</param>
        /// <exception cref="ArgumentException">The fraction is outside [0, 1], or the elements are integers.</exception>
        /// <exception cref="InvalidOperationException">There is no element.</exception>
        public Tensor Quantile(double fraction)
        {
            ArgumentNullException.ThrowIfNull(x);
            return x.Flatten().Quantile(fraction, 0);
        }

        /// <summary>The quantile along an axis, between two elements by a straight line; NaN if one is NaN.</summary>
        /// <param name="fraction">The part of the elements that are below it, in [0, 1].</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <param name="keepDims">Whether it stays, with length one.</param>
        /// <exception cref="ArgumentException">The fraction is outside [0, 1], or the elements are integers.</exception>
        /// <exception cref="InvalidOperationException">There is no element to choose.</exception>
        public Tensor Quantile(double fraction, int axis, bool keepDims = false)
        {
            ReductionKernels.RequireReal(nameof(Quantile), x);
            if (!(fraction >= 0 && fraction <= 1))
            {
                throw new ArgumentException($"Quantile: the fraction must be in [0, 1], not {fraction}.", nameof(fraction));
            }

            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().Quantile(fraction, axis, keepDims).Like(x).MadeBy(nameof(Quantile));
            }

            int along = Chosen(x, axis, nameof(Quantile));
            int length = x.Shape[along];
            double rank = fraction * (length - 1);
            int below = Math.Min((int)rank, length - 1);
            int above = Math.Min((int)Math.Ceiling(rank), length - 1);
            Tensor sorted = x.Sort(along).Values;
            Tensor value = Tensor.Lerp(sorted.Narrow(along, below, 1), sorted.Narrow(along, above, 1), rank - below);
            Tensor last = sorted.Narrow(along, length - 1, 1);
            value = Tensor.Where(last.Detach().IsNaN(), last, value);
            return (keepDims ? value : value.Squeeze(along)).MadeBy(nameof(Quantile));
        }
    }

    private static int Chosen(Tensor x, int axis, string name)
    {
        ArgumentNullException.ThrowIfNull(x);
        int along = x.Shape.Axis(axis, name);
        ReductionKernels.RequireElements(name, x, new ReducedAxes(x.Shape, [along], name));
        return along;
    }
}
