using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>An image with more of itself around it.</summary>
internal static class EdgePadding
{
    /// <summary>Adds to the last axes of an image, first to last; less than nothing takes away.</summary>
    /// <exception cref="ArgumentException">A reflection or repetition needs more elements than there are.</exception>
    internal static Tensor Pad(Tensor x, (int Before, int Behind)[] padding, PaddingMode mode, string operation)
    {
        AxisTaps[] axes = new AxisTaps[padding.Length];
        for (int i = 0; i < padding.Length; i++)
        {
            int axis = x.Rank - padding.Length + i;
            (int before, int behind) = padding[i];
            int length = x.Shape[axis];

            // What goes round is what is left of the axis.
            int first = mode == PaddingMode.Circular ? Math.Max(0, -before) : 0;
            int round = length - first - Math.Max(0, -behind);
            int most = mode == PaddingMode.Reflect ? length - 1 : mode == PaddingMode.Circular ? round : length == 0 ? 0 : int.MaxValue;
            if (Math.Max(before, behind) > most)
            {
                throw new ArgumentException(
                    $"{operation}: {mode} padding of {Math.Max(before, behind)} needs more than axis {axis} of {x.Shape} has; at most {most}. "
                    + "Use less padding, or zeros.", nameof(padding));
            }

            axes[i] = AxisTaps.Of(length, length + before + behind, output => mode == PaddingMode.Circular
                ? first + ((output - Math.Max(0, before) + round) % round)
                : Place(output - before, length, mode));
        }

        return x.DType.IsFloatingPoint ? ResampleNode.Run(operation, x, axes) : Picked(x, axes);
    }

    // Which element stands at a place that may lie outside.
    private static int Place(int at, int length, PaddingMode mode) => mode switch
    {
        _ when at >= 0 && at < length => at,
        PaddingMode.Replicate => Math.Clamp(at, 0, length - 1),
        _ => at < 0 ? -at : (2 * (length - 1)) - at,
    };

    // Whole numbers have no sums of taps.
    private static Tensor Picked(Tensor x, AxisTaps[] axes)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            x = axes[i].IsIdentity ? x : x.IndexSelect(Tensor.From(axes[i].Places, x.Device), x.Rank - axes.Length + i);
        }

        return x;
    }
}
