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
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <summary>Whether what is added counts as elements.</summary>
    public bool CountIncludePad => countIncludePad;

    /// <summary>What sums are divided by instead of the number of elements, or null.</summary>
    public int? Divisor => divisor;

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
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <summary>Whether what is added counts as elements.</summary>
    public bool CountIncludePad => countIncludePad;

    /// <summary>What sums are divided by instead of the number of elements, or null.</summary>
    public int? Divisor => divisor;

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
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <summary>Whether what is added counts as elements.</summary>
    public bool CountIncludePad => countIncludePad;

    /// <summary>What sums are divided by instead of the number of elements, or null.</summary>
    public int? Divisor => divisor;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePool3D(kernel, stride, padding, ceilMode, countIncludePad, divisor);

    /// <inheritdoc/>
    public override string ToString() => $"AveragePool3D({kernel}, stride {stride ?? kernel})";
}
