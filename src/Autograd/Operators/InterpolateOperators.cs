using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Images of another size, with gradients of any order.</summary>
/// <remarks>Gradients are gathered like the values, so they are the same in every run, on GPUs too.</remarks>
public static class InterpolateOperators
{
    extension(Tensor x)
    {
        /// <summary>The image in another size: [N, C, …] with one to three axes behind the channels. PyTorch's interpolate.</summary>
        /// <remarks>
        /// Output i stands at scale · (i + ½) - ½ of the source, where scale is the source's length over the output's, or 1 over the factor;
        /// with aligned corners at i · (L - 1) / (O - 1), so that the first and last elements are the source's. Beyond the ends stand the
        /// outermost elements.
        /// </remarks>
        /// <param name="size">The lengths of the result; or give the factors.</param>
        /// <param name="scaleFactor">By what the lengths are multiplied, rounded down: one number for all axes, or one each.</param>
        /// <param name="mode">What stands between the elements.</param>
        /// <param name="alignCorners">Whether the corners of source and result are the middles of their outermost elements, not their outer
        /// edges; for linear and cubic interpolation.</param>
        /// <exception cref="ArgumentException">The input is no image of floating-point numbers, not exactly one of size and factors is given, or
        /// the corners of nearest neighbours are to be aligned.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A length is below 1, or a factor is not positive.</exception>
        public Tensor Interpolate(
            PerAxis? size = null, double[]? scaleFactor = null, Interpolation mode = Interpolation.Nearest, bool alignCorners = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            ReductionKernels.RequireReal(nameof(Interpolate), x);
            Check(nameof(Interpolate), size, scaleFactor, mode, alignCorners);
            int axes = x.Rank - 2;
            if (axes is < 1 or > 3 || x.Shape.AsSpan()[2..].Contains(0))
            {
                throw new ArgumentException(
                    $"Interpolate: an input {x.Shape}. Use [N, C, L], [N, C, H, W] or [N, C, D, H, W], with at least one element along each of the last axes.");
            }

            if (scaleFactor is { } factors && factors.Length != 1 && factors.Length != axes)
            {
                throw new ArgumentException(
                    $"Interpolate: {factors.Length} factors for an input {x.Shape}. Give one for all axes, or one for each of {axes}.", nameof(scaleFactor));
            }

            int[]? lengths = size?.Of(axes, 1, nameof(Interpolate), nameof(size));
            AxisTaps[] taps = new AxisTaps[axes];
            for (int i = 0; i < axes; i++)
            {
                int source = x.Shape[2 + i];
                double? factor = scaleFactor is null ? null : scaleFactor[scaleFactor.Length == 1 ? 0 : i];
                double length = factor is { } by ? Math.Floor(source * by) : lengths![i];
                if (length is < 1 or > int.MaxValue)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(scaleFactor), $"Interpolate: a factor of {factor} makes {length} of axis {2 + i} of {x.Shape}. Use one that leaves an element.");
                }

                taps[i] = Taps(source, (int)length, factor, mode, alignCorners);
            }

            return ResampleNode.Run(nameof(Interpolate), x, taps);
        }
    }

    /// <summary>What does not depend on the input.</summary>
    internal static void Check(string operation, PerAxis? size, double[]? scaleFactor, Interpolation mode, bool alignCorners)
    {
        if (size is null == scaleFactor is null)
        {
            throw new ArgumentException($"{operation}: {(size is null ? "neither size nor scaleFactor" : "both size and scaleFactor")} given. Give one of them.");
        }

        if (alignCorners && mode is (Interpolation.Nearest or Interpolation.NearestExact))
        {
            throw new ArgumentException($"{operation}: {mode} has no corners to align. Use Linear or Cubic, or alignCorners: false.", nameof(alignCorners));
        }

        foreach (double factor in scaleFactor ?? [])
        {
            if (!(factor > 0 && double.IsFinite(factor)))
            {
                throw new ArgumentOutOfRangeException(nameof(scaleFactor), $"{operation}: a factor must be positive and finite, not {factor}.");
            }
        }
    }

    private static AxisTaps Taps(int source, int outputs, double? factor, Interpolation mode, bool alignCorners)
    {
        if (mode is Interpolation.Nearest or Interpolation.NearestExact)
        {
            // In single precision, as PyTorch: where a product falls on a whole number, its rounding decides.
            float step = factor is { } by ? (float)(1 / by) : (float)source / outputs;
            float middle = mode == Interpolation.NearestExact ? 0.5f : 0;
            return AxisTaps.Of(source, outputs, i => Math.Min((int)MathF.Floor((i + middle) * step), source - 1));
        }

        double scale = alignCorners ? outputs > 1 ? (source - 1.0) / (outputs - 1) : 0 : factor is { } times ? 1 / times : (double)source / outputs;
        return AxisTaps.Of(source, outputs, i =>
        {
            double at = alignCorners ? i * scale : ((i + 0.5) * scale) - 0.5;
            return mode == Interpolation.Linear ? Linear(Math.Max(0, at), source) : Cubic(at, source);
        });
    }

    private static (int Place, double Weight)[] Linear(double at, int source)
    {
        int first = Math.Min((int)at, source - 1);
        double rest = Math.Min(at - first, 1);

        // An element by itself counts half twice: its neighbour may be infinite.
        return first == source - 1 || rest == 0 ? [(first, 0.5), (first, 0.5)] : [(first, 1 - rest), (first + 1, rest)];
    }

    private static (int Place, double Weight)[] Cubic(double at, int source)
    {
        const double A = -0.75;
        double floor = Math.Floor(at);
        double t = at - floor;
        (int Place, double Weight)[] taps = new (int, double)[4];
        for (int i = 0; i < 4; i++)
        {
            double distance = Math.Abs(t - i + 1);
            double weight = distance <= 1
                ? ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1
                : ((((A * distance) - (5 * A)) * distance) + (8 * A)) * distance - (4 * A);
            taps[i] = ((int)Math.Clamp(floor + i - 1, 0, source - 1), weight);
        }

        return taps;
    }
}
