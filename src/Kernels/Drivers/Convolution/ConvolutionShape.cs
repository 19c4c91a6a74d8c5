namespace DeepSharp.Kernels;

/// <summary>One axis of a convolution: output q is the sum over k of weight k times source q Stride + k Dilation - Padding.</summary>
/// <param name="Source">The length of the source; outside stand zeros.</param>
/// <param name="Output">The length of the output.</param>
/// <param name="Kernel">The length of the kernel.</param>
/// <param name="Stride">How far the kernel moves from an output to the next.</param>
/// <param name="Dilation">How far apart the kernel's weights reach.</param>
/// <param name="Padding">How many zeros stand before the source.</param>
internal readonly record struct ConvolutionAxis(int Source, int Output, int Kernel, int Stride, int Dilation, int Padding)
{
    /// <summary>An axis that is not there.</summary>
    internal static ConvolutionAxis None => new(1, 1, 1, 1, 1, 0);
}

/// <summary>A convolution of up to three axes: how source, weight and output belong together.</summary>
/// <remarks>
/// Source [Batch, Groups SourceChannels, …], output [Batch, Groups OutputChannels, …], weight [Groups OutputChannels, SourceChannels, …]. A
/// convolution of fewer axes has the last ones. The transposed convolution has the same shape: it makes a source of an output.
/// </remarks>
/// <param name="Batch">The images.</param>
/// <param name="Groups">Into how many convolutions the channels are parted.</param>
/// <param name="SourceChannels">The channels of the source in each.</param>
/// <param name="OutputChannels">The channels of the output in each.</param>
/// <param name="First">The first axis.</param>
/// <param name="Second">The second one.</param>
/// <param name="Third">The last one, along which neighbours stand side by side in memory.</param>
internal readonly record struct ConvolutionShape(
    int Batch, int Groups, int SourceChannels, int OutputChannels, ConvolutionAxis First, ConvolutionAxis Second, ConvolutionAxis Third)
{
    /// <summary>The weights from one channel to another.</summary>
    internal int Kernel => First.Kernel * Second.Kernel * Third.Kernel;

    /// <summary>The numbers of a channel of the source.</summary>
    internal int SourceSize => First.Source * Second.Source * Third.Source;

    /// <summary>The numbers of a channel of the output.</summary>
    internal int OutputSize => First.Output * Second.Output * Third.Output;

    /// <summary>The multiplications, those with padding too.</summary>
    internal double Work => (double)Batch * Groups * SourceChannels * OutputChannels * Kernel * OutputSize;

    /// <summary>Whether each output is made of one place of the source: a product of matrices.</summary>
    internal bool IsPointwise => IsPlain(First) && IsPlain(Second) && IsPlain(Third);

    /// <summary>An axis by its number, 0 to 2.</summary>
    internal ConvolutionAxis this[int axis] => axis == 0 ? First : axis == 1 ? Second : Third;

    private static bool IsPlain(ConvolutionAxis axis) => axis is { Kernel: 1, Stride: 1, Padding: 0 } && axis.Source == axis.Output;
}

/// <summary>How far apart neighbours of images along each axis stand.</summary>
internal readonly record struct ImagePlace(int Image, int Channel, int First, int Second, int Third)
{
    /// <summary>The strides of [images, channels, …] of up to three further axes.</summary>
    internal static ImagePlace Of(in Operand x)
    {
        int[] s = x.Strides;
        return new(s[0], s[1], s.Length > 4 ? s[^3] : 0, s.Length > 3 ? s[^2] : 0, s[^1]);
    }
}
