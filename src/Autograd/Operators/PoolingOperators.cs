namespace DeepSharp;

/// <summary>Pooling: the largest elements and the averages of windows over the last one, two or three axes, with gradients of any order.</summary>
/// <remarks>
/// Images are [N, C, …], or without the axis of the batch. A window of k elements, d apart, that moves s at a time over a length L with p of
/// padding on either side gives floor((L + 2 p - d (k - 1) - 1) / s) + 1 outputs; with <c>ceilMode</c> that is rounded up, but a last window
/// that would begin behind the source and its padding is left out. Adaptive pooling is told the number of outputs O instead: output i is made
/// of the elements floor(i L / O) up to, not with, ceil((i + 1) L / O). As in PyTorch.
/// </remarks>
public static class PoolingOperators
{
    extension(Tensor x)
    {
        /// <summary>The largest element of windows over the last axis of [N, C, L]; of equal ones the first gets the gradient.</summary>
        /// <param name="kernel">The length of the window.</param>
        /// <param name="stride">How far it moves; as long as it is if null.</param>
        /// <param name="padding">How far it reaches over both ends, at most half of its length; 0 if null.</param>
        /// <param name="dilation">How far apart its elements stand; 1 if null.</param>
        /// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
        /// <exception cref="ArgumentException">The input has another rank or integers, or the window is longer than the padded input.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor MaxPool1D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
            Pool.Max(nameof(MaxPool1D), 1, x, new(kernel, stride, padding, dilation, ceilMode), out _);

        /// <summary>The largest element of windows over the last two axes of [N, C, H, W].</summary>
        /// <inheritdoc cref="MaxPool1D(Tensor, PerAxis, PerAxis?, PerAxis?, PerAxis?, bool)"/>
        public Tensor MaxPool2D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
            Pool.Max(nameof(MaxPool2D), 2, x, new(kernel, stride, padding, dilation, ceilMode), out _);

        /// <summary>The largest element of windows over the last three axes of [N, C, D, H, W].</summary>
        /// <inheritdoc cref="MaxPool1D(Tensor, PerAxis, PerAxis?, PerAxis?, PerAxis?, bool)"/>
        public Tensor MaxPool3D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
            Pool.Max(nameof(MaxPool3D), 3, x, new(kernel, stride, padding, dilation, ceilMode), out _);

        /// <summary>The average of windows over the last axis of [N, C, L].</summary>
        /// <param name="kernel">The length of the window.</param>
        /// <param name="stride">How far it moves; as long as it is if null.</param>
        /// <param name="padding">How far it reaches over both ends, at most half of its length, where zeros stand; 0 if null.</param>
        /// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
        /// <param name="countIncludePad">Whether the zeros of the padding count in the average.</param>
        /// <param name="divisor">What sums are divided by instead of the number of elements.</param>
        /// <exception cref="ArgumentException">The input has another rank or integers, or the window is longer than the padded input.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor AveragePool1D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true,
            int? divisor = null) =>
            Pool.Average(nameof(AveragePool1D), 1, x, new(kernel, stride, padding, null, ceilMode), countIncludePad, divisor);

        /// <summary>The average of windows over the last two axes of [N, C, H, W].</summary>
        /// <inheritdoc cref="AveragePool1D(Tensor, PerAxis, PerAxis?, PerAxis?, bool, bool, int?)"/>
        public Tensor AveragePool2D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true,
            int? divisor = null) =>
            Pool.Average(nameof(AveragePool2D), 2, x, new(kernel, stride, padding, null, ceilMode), countIncludePad, divisor);

        /// <summary>The average of windows over the last three axes of [N, C, D, H, W].</summary>
        /// <inheritdoc cref="AveragePool1D(Tensor, PerAxis, PerAxis?, PerAxis?, bool, bool, int?)"/>
        public Tensor AveragePool3D(
            PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true,
            int? divisor = null) =>
            Pool.Average(nameof(AveragePool3D), 3, x, new(kernel, stride, padding, null, ceilMode), countIncludePad, divisor);

        /// <summary>The largest elements of so many windows that share the last axis of [N, C, L] out evenly.</summary>
        /// <param name="outputs">The number of outputs.</param>
        /// <exception cref="ArgumentException">The input has another rank or integers, or no element.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
        public Tensor AdaptiveMaxPool1D(PerAxis outputs) => Pool.Max(nameof(AdaptiveMaxPool1D), 1, x, new(outputs), out _);

        /// <summary>The largest elements of so many windows that share the last two axes of [N, C, H, W] out evenly.</summary>
        /// <inheritdoc cref="AdaptiveMaxPool1D(Tensor, PerAxis)"/>
        public Tensor AdaptiveMaxPool2D(PerAxis outputs) => Pool.Max(nameof(AdaptiveMaxPool2D), 2, x, new(outputs), out _);

        /// <summary>The largest elements of so many windows that share the last three axes of [N, C, D, H, W] out evenly.</summary>
        /// <inheritdoc cref="AdaptiveMaxPool1D(Tensor, PerAxis)"/>
        public Tensor AdaptiveMaxPool3D(PerAxis outputs) => Pool.Max(nameof(AdaptiveMaxPool3D), 3, x, new(outputs), out _);

        /// <summary>The averages of so many windows that share the last axis of [N, C, L] out evenly; of one, the global average.</summary>
        /// <param name="outputs">The number of outputs.</param>
        /// <exception cref="ArgumentException">The input has another rank or integers, or no element.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
        public Tensor AdaptiveAveragePool1D(PerAxis outputs) => Pool.Average(nameof(AdaptiveAveragePool1D), 1, x, new(outputs));

        /// <summary>The averages of so many windows that share the last two axes of [N, C, H, W] out evenly.</summary>
        /// <inheritdoc cref="AdaptiveAveragePool1D(Tensor, PerAxis)"/>
        public Tensor AdaptiveAveragePool2D(PerAxis outputs) => Pool.Average(nameof(AdaptiveAveragePool2D), 2, x, new(outputs));

        /// <summary>The averages of so many windows that share the last three axes of [N, C, D, H, W] out evenly.</summary>
        /// <inheritdoc cref="AdaptiveAveragePool1D(Tensor, PerAxis)"/>
        public Tensor AdaptiveAveragePool3D(PerAxis outputs) => Pool.Average(nameof(AdaptiveAveragePool3D), 3, x, new(outputs));

        /// <summary>The largest elements of windows and where each stood.</summary>
        /// <param name="axes">Over how many of the last axes: 1, 2 or 3.</param>
        /// <param name="indices">Int64, shaped as the result: the position among the last axes of the input, row by row; it goes into
        /// <see cref="MaxUnpool"/>.</param>
        /// <param name="kernel">The lengths of the window.</param>
        /// <param name="stride">How far it moves; as long as it is if null.</param>
        /// <param name="padding">How far it reaches over both ends, at most half of its length; 0 if null.</param>
        /// <param name="dilation">How far apart its elements stand; 1 if null.</param>
        /// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
        /// <exception cref="ArgumentException">The input has another rank or integers, or the window is longer than the padded input.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor MaxPool(
            int axes, out Tensor indices, PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null,
            bool ceilMode = false)
        {
            if (axes is < 1 or > 3)
            {
                throw new ArgumentOutOfRangeException(nameof(axes), $"MaxPool: pools over 1, 2 or 3 axes, not {axes}.");
            }

            Tensor y = Pool.Max(nameof(MaxPool), axes, x, new(kernel, stride, padding, dilation, ceilMode), out Tensor? places, keepsPlaces: true);
            indices = places!.To(DType.Int64);
            return y;
        }

        /// <summary>Elements put back where a max pooling found them, between zeros; of several for one place the sum.</summary>
        /// <param name="indices">Where, from <see cref="MaxPool"/>: shaped as x.</param>
        /// <param name="lengths">The lengths of the last axes of the result: as many as were pooled over.</param>
        /// <exception cref="ArgumentException">Shapes, types or devices do not fit, or an index is out of range.</exception>
        public Tensor MaxUnpool(Tensor indices, params ReadOnlySpan<int> lengths)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(indices);
            if (lengths.Length is < 1 or > 3 || x.Rank < lengths.Length || indices.Shape != x.Shape)
            {
                throw new ArgumentException(
                    $"MaxUnpool: an input {x.Shape}, indices {indices.Shape} and {lengths.Length} lengths; use indices shaped as the input, and one "
                    + "length for each of the 1, 2 or 3 axes that were pooled over.", nameof(lengths));
            }

            foreach (int length in lengths)
            {
                Bounds.AtLeast(1, length, nameof(MaxUnpool), nameof(lengths));
            }

            int outer = x.Rank - lengths.Length;
            Shape result = Shape.OfResult(nameof(MaxUnpool), [.. x.Shape.AsSpan()[..outer], .. lengths]);
            return Tensor.Zeros(result, x.DType, x.Device).Flatten(outer)
                .ScatterAdd(indices.Flatten(outer), x.Flatten(outer), -1).Reshape(result).MadeBy(nameof(MaxUnpool));
        }
    }
}
