namespace DeepSharp.Layers;

/// <summary>The largest element of windows over the last axis of [N, C, L]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size; 0 if null.</param>
/// <param name="dilation">How far apart its elements stand; 1 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
public sealed class MaxPool1D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>How far apart the elements of a window stand.</summary>
    public PerAxis Dilation => dilation ?? 1;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.MaxPool1D(kernel, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    public override string ToString() => $"MaxPool1D({kernel}, stride {stride ?? kernel})";
}

/// <summary>The largest element of windows over the last two axes of [N, C, H, W]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size; 0 if null.</param>
/// <param name="dilation">How far apart its elements stand; 1 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
public sealed class MaxPool2D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>How far apart the elements of a window stand.</summary>
    public PerAxis Dilation => dilation ?? 1;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.MaxPool2D(kernel, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    public override string ToString() => $"MaxPool2D({kernel}, stride {stride ?? kernel})";
}

/// <summary>The largest element of windows over the last three axes of [N, C, D, H, W]; see <see cref="PoolingOperators"/>.</summary>
/// <param name="kernel">The size of the window.</param>
/// <param name="stride">How far it moves; its size if null.</param>
/// <param name="padding">How far it reaches over both ends of an axis, at most half of its size; 0 if null.</param>
/// <param name="dilation">How far apart its elements stand; 1 if null.</param>
/// <param name="ceilMode">Whether a window that reaches over the end counts.</param>
public sealed class MaxPool3D(
    PerAxis kernel, PerAxis? stride = null, PerAxis? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    /// <summary>The size of a window.</summary>
    public PerAxis Kernel => kernel;

    /// <summary>How far windows stand apart.</summary>
    public PerAxis Stride => stride ?? kernel;

    /// <summary>What is added on both sides.</summary>
    public PerAxis Padding => padding ?? 0;

    /// <summary>How far apart the elements of a window stand.</summary>
    public PerAxis Dilation => dilation ?? 1;

    /// <summary>Whether a window may begin in the image and end behind its padding.</summary>
    public bool CeilMode => ceilMode;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.MaxPool3D(kernel, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    public override string ToString() => $"MaxPool3D({kernel}, stride {stride ?? kernel})";
}
