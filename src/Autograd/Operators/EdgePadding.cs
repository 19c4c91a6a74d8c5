namespace DeepSharp;

/// <summary>An image with more of itself around it.</summary>
internal static class EdgePadding
{
    /// <summary>Adds to the last axes of an image, one after the other, by slices put together: so the gradient is slices added up.</summary>
    /// <exception cref="ArgumentException">A reflection or repetition needs more elements than there are.</exception>
    internal static Tensor Pad(Tensor x, (int Before, int Behind)[] padding, PaddingMode mode, string operation)
    {
        for (int i = 0; i < padding.Length; i++)
        {
            int axis = x.Rank - padding.Length + i;
            (int before, int behind) = padding[i];
            int length = x.Shape[axis];
            int most = mode == PaddingMode.Reflect ? length - 1 : mode == PaddingMode.Circular ? length : length == 0 ? 0 : int.MaxValue;
            if (Math.Max(before, behind) > most)
            {
                throw new ArgumentException(
                    $"{operation}: {mode} padding of {Math.Max(before, behind)} needs more than axis {axis} of {x.Shape} has; at most {most}. "
                    + "Use less padding, or zeros.", nameof(padding));
            }

            if (before + behind > 0)
            {
                List<Tensor> parts = [.. Before(x, axis, before, mode), x, .. Behind(x, axis, behind, mode)];
                x = Tensor.Concatenate(parts, axis);
            }
        }

        return x;
    }

    private static IEnumerable<Tensor> Before(Tensor x, int axis, int count, PaddingMode mode) => mode switch
    {
        _ when count == 0 => [],
        PaddingMode.Circular => [x.Narrow(axis, x.Shape[axis] - count, count)],
        PaddingMode.Replicate => [Repeated(x, axis, 0, count)],
        _ => Enumerable.Range(0, count).Select(i => x.Narrow(axis, count - i, 1)),
    };

    private static IEnumerable<Tensor> Behind(Tensor x, int axis, int count, PaddingMode mode) => mode switch
    {
        _ when count == 0 => [],
        PaddingMode.Circular => [x.Narrow(axis, 0, count)],
        PaddingMode.Replicate => [Repeated(x, axis, x.Shape[axis] - 1, count)],
        _ => Enumerable.Range(0, count).Select(i => x.Narrow(axis, x.Shape[axis] - 2 - i, 1)),
    };

    private static Tensor Repeated(Tensor x, int axis, int at, int count)
    {
        int[] dims = x.Shape.ToArray();
        dims[axis] = count;
        return x.Narrow(axis, at, 1).Expand(new Shape(dims));
    }
}
