namespace DeepSharp.Layers;

/// <summary>A convolution over an image: [N, inputs, H, W] gives [N, outputs, …].</summary>
/// <remarks>
/// The weight is [outputs, inputs / groups, kernel height, kernel width], named <c>weight</c>; the bias is [outputs], named <c>bias</c>; both as in
/// PyTorch. A length L becomes floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
/// </remarks>
public sealed class Conv2D : ConvolutionLayer
{
    private readonly ConvolutionPadding _padding;
    private readonly PaddingMode _mode;

    /// <summary>A layer with initial values drawn at random.</summary>
    /// <param name="inputs">The channels of an input.</param>
    /// <param name="outputs">The channels of an output.</param>
    /// <param name="kernel">The lengths of the kernel: one for all axes, or one each.</param>
    /// <param name="stride">How far the kernel moves; 1 if null.</param>
    /// <param name="padding">What is added on both sides: a number, one for each axis, or <see cref="ConvolutionPadding.Same"/>.</param>
    /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
    /// <param name="groups">Into how many convolutions the channels are parted; as many as inputs for a depthwise one.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="paddingMode">What is added: zeros, or more of the input.</param>
    /// <param name="weightInitializer">How the weight begins; if null, uniform in ±1/sqrt(inputs / groups · kernel), as PyTorch's is.</param>
    /// <param name="biasInitializer">How the bias begins; if null, likewise.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <exception cref="ArgumentException">The groups do not divide inputs and outputs, or same padding has another stride than 1.</exception>
    public Conv2D(
        int inputs,
        int outputs,
        PerAxis kernel,
        PerAxis? stride = null,
        ConvolutionPadding padding = default,
        PerAxis? dilation = null,
        int groups = 1,
        bool bias = true,
        PaddingMode paddingMode = PaddingMode.Zeros,
        Initializer? weightInitializer = null,
        Initializer? biasInitializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
        : base(
            2, inputs, outputs, kernel, stride ?? 1, dilation ?? 1, groups, bias, false, weightInitializer, biasInitializer, dtype, device, generator)
    {
        _ = padding.Of(kernel.Of(2, 1, nameof(Conv2D), nameof(kernel)), Stride.Of(2, 1, nameof(Conv2D), nameof(stride)), Dilation.Of(2, 1, nameof(Conv2D), nameof(dilation)), nameof(Conv2D));
        (_padding, _mode) = (padding, paddingMode);
    }

    /// <summary>What is added on both sides.</summary>
    public ConvolutionPadding Padding => _padding;

    /// <summary>What it consists of.</summary>
    public PaddingMode PaddingMode => _mode;

    private protected override string Options => Describe(_padding, _mode);

    private protected override ConvolutionLayer WithBias() => new Conv2D(
        Inputs, Outputs, Kernel, Stride, _padding, Dilation, Groups, true, _mode, Constant.Zeros, Constant.Zeros, Weight.DType, Weight.Device);

    private protected override Tensor Run<TOp>(Tensor input, Tensor weight, TOp op) => ConvolutionOperators.Convolve(
        nameof(Conv2D), 2, input, weight, Bias, Stride, _padding, Dilation, Groups, _mode, op);
}
