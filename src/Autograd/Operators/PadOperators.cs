namespace DeepSharp;

/// <summary>More around a tensor, with gradients of any order.</summary>
public static class PadOperators
{
    extension(Tensor x)
    {
        /// <summary>Adds elements before and behind the last axes.</summary>
        /// <param name="padding">How many before and behind, for each axis, the last one first, as in PyTorch: <c>[left, right]</c>,
        /// <c>[left, right, top, bottom]</c>, …; a negative number takes elements away.</param>
        /// <param name="mode">What is added: a constant, or more of the tensor, then over at most the last three axes.</param>
        /// <param name="value">The constant of <see cref="PaddingMode.Zeros"/>.</param>
        /// <exception cref="ArgumentException">The numbers are not two for each of some axes, more is taken away or repeated than there is, or a value
        /// goes with another mode.</exception>
        public Tensor Pad(ReadOnlySpan<int> padding, PaddingMode mode = PaddingMode.Zeros, double value = 0)
        {
            ArgumentNullException.ThrowIfNull(x);
            int axes = padding.Length / 2;
            if (padding.Length % 2 != 0 || axes > x.Rank || (mode != PaddingMode.Zeros && axes > 3))
            {
                throw new ArgumentException(
                    $"Pad: {padding.Length} numbers {Shape.Format(padding)} for a tensor {x.Shape} by {mode}. Use two for each of the last axes, last first: "
                    + $"[left, right, top, bottom, …], at most {2 * (mode == PaddingMode.Zeros ? x.Rank : Math.Min(3, x.Rank))}.", nameof(padding));
            }

            if (value != 0 && mode != PaddingMode.Zeros)
            {
                throw new ArgumentException($"Pad: a value of {value} goes with {PaddingMode.Zeros}, not with {mode}. Leave it out.", nameof(value));
            }

            (int Before, int Behind)[] around = new (int, int)[axes];
            for (int i = 0; i < axes; i++)
            {
                int axis = x.Rank - 1 - i;
                (int before, int behind) = around[^(i + 1)] = (padding[2 * i], padding[(2 * i) + 1]);
                if (x.Shape[axis] + Math.Min(0L, before) + Math.Min(0L, behind) < 0 || (long)x.Shape[axis] + before + behind is < 0 or > int.MaxValue)
                {
                    throw new ArgumentException(
                        $"Pad: axis {axis} of {x.Shape} cannot have {before} elements more before and {behind} behind. Take away at most as many as there are.",
                        nameof(padding));
                }
            }

            return axes == 0 ? x
                : mode == PaddingMode.Zeros ? Constant(x, around, value).MadeBy(nameof(Pad))
                : EdgePadding.Pad(x, around, mode, nameof(Pad));
        }
    }

    // What is left of the tensor, set into the constant.
    private static Tensor Constant(Tensor x, (int Before, int Behind)[] padding, double value)
    {
        int[] whole = x.Shape.ToArray();
        int[] starts = new int[x.Rank];
        Tensor part = x;
        for (int i = 0; i < padding.Length; i++)
        {
            int axis = x.Rank - padding.Length + i;
            (int before, int behind) = padding[i];
            int cut = Math.Max(0, -before);
            part = before < 0 || behind < 0 ? part.Narrow(axis, cut, whole[axis] - cut - Math.Max(0, -behind)) : part;
            starts[axis] = Math.Max(0, before);
            whole[axis] += before + behind;
        }

        return EmbedNode.Embed(part, Shape.OfResult(nameof(PadOperators.Pad), whole), starts, [.. Enumerable.Repeat(1, x.Rank)], value);
    }
}
