namespace DeepSharp.Layers;

/// <summary>The average of windows over the last axis of [N, C, L]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size, where zeros stand; 0 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count in the average.</param>
/// <param name="divisor">What sums are divided by instead of the number of elements.</param>
public sealed class AveragePool1D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisor = null)
    : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePool1D(kernel, stride, padding, ceilMode, countIncludePad, divisor);

    /// <inheritdoc/>
    public override string ToString() => $"AveragePool1D({kernel}, stride {stride ?? kernel})";
}

/// <summary>The average of windows over the last two axes of [N, C, H, W]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size, where zeros stand; 0 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count in the average.</param>
/// <param name="divisor">What sums are divided by instead of the number of elements.</param>
public sealed class AveragePool2D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisor = null)
    : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePool2D(kernel, stride, padding, ceilMode, countIncludePad, divisor);

    /// <inheritdoc/>
    public override string ToString() => $"AveragePool2D({kernel}, stride {stride ?? kernel})";
}

/// <summary>The average of windows over the last three axes of [N, C, D, H, W]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size, where zeros stand; 0 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count in the average.</param>
/// <param name="divisor">What sums are divided by instead of the number of elements.</param>
public sealed class AveragePool3D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisor = null)
    : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePool3D(kernel, stride, padding, ceilMode, countIncludePad, divisor);

    /// <inheritdoc/>
    public override string ToString() => $"AveragePool3D({kernel}, stride {stride ?? kernel})";
}
