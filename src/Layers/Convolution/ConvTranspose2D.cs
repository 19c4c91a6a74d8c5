namespace DeepSharp.Layers;

/// <summary>A transposed convolution over an image: [N, inputs, H, W] gives [N, outputs, …], larger where the stride is.</summary>
/// <remarks>
/// The weight is [inputs, outputs / groups, kernel height, kernel width], named <c>weight</c>; the bias is [outputs], named <c>bias</c>; both as in
/// PyTorch. A length L becomes (L - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1.
/// </remarks>
public sealed class ConvTranspose2D : ConvolutionLayer
{
    /// <summary>A layer with initial values drawn at random.</summary>
    /// <param name="inputs">The channels of an input.</param>
    /// <param name="outputs">The channels of an output.</param>
    /// <param name="kernel">The lengths of the kernel: one for all axes, or one each.</param>
    /// <param name="stride">How far apart the kernels of neighbouring elements stand; 1 if null.</param>
    /// <param name="padding">What is cut off on both sides; 0 if null.</param>
    /// <param name="outputPadding">What is added behind; less than the stride or the dilation; 0 if null.</param>
    /// <param name="groups">Into how many convolutions the channels are parted.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
    /// <param name="weightInitializer">How the weight begins; if null, uniform in ±1/sqrt(outputs / groups · kernel), as PyTorch's is.</param>
    /// <param name="biasInitializer">How the bias begins; if null, likewise.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <exception cref="ArgumentException">The groups do not divide inputs and outputs.</exception>
    public ConvTranspose2D(
        int inputs,
        int outputs,
        PerAxis kernel,
        PerAxis? stride = null,
        PerAxis? padding = null,
        PerAxis? outputPadding = null,
        int groups = 1,
        bool bias = true,
        PerAxis? dilation = null,
        Initializer? weightInitializer = null,
        Initializer? biasInitializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
        : base(
            2, inputs, outputs, kernel, stride ?? 1, dilation ?? 1, groups, bias, true, weightInitializer, biasInitializer, dtype, device, generator)
    {
        _ = (padding ?? 0).Of(2, 0, nameof(ConvTranspose2D), nameof(padding));
        _ = (outputPadding ?? 0).Of(2, 0, nameof(ConvTranspose2D), nameof(outputPadding));
        (Padding, OutputPadding) = (padding ?? 0, outputPadding ?? 0);
    }

    /// <summary>What is cut off on both sides.</summary>
    public PerAxis Padding { get; }

    /// <summary>What is added behind.</summary>
    public PerAxis OutputPadding { get; }

    private protected override string Options => Describe(Padding, OutputPadding);

    private protected override ConvolutionLayer WithBias() => new ConvTranspose2D(
        Inputs, Outputs, Kernel, Stride, Padding, OutputPadding, Groups, true, Dilation, Constant.Zeros, Constant.Zeros, Weight.DType, Weight.Device);

    private protected override Tensor Run<TOp>(Tensor input, TOp op) => ConvolutionOperators.Transpose(
        nameof(ConvTranspose2D), 2, input, Weight, Bias, Stride, Padding, OutputPadding, Groups, Dilation, op);
}
