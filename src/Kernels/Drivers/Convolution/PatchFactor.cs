namespace DeepSharp.Kernels;

/// <summary>The patches of a convolution's source as the right factor of a product, for GPUs: a line for each output, along it channels and taps.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Source">Where the source's numbers stand.</param>
internal readonly record struct PatchFactor(ConvolutionShape Shape, ImagePlace Source) : IFactor
{
    public static bool IsStrided => false;

    public int LineStride => 1;

    public int DepthStride => Shape.SourceSize;

    public int Start(int batch) =>
        (batch / Shape.Groups * Source.Image) + (batch % Shape.Groups * Shape.SourceChannels * Source.Channel);

    public int Place(int start, int line, int depth)
    {
        int kernel = Shape.Kernel;
        return Patches.OfSource(Shape, Source, start + (depth / kernel * Source.Channel), line, depth % kernel);
    }

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
}

/// <summary>What goes into each number of a convolution's source, in the transposed convolution: along a line output channels and taps.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Output">Where the output's numbers stand.</param>
internal readonly record struct TransposedPatchFactor(ConvolutionShape Shape, ImagePlace Output) : IFactor
{
    public static bool IsStrided => false;

    public int LineStride => 1;

    public int DepthStride => Shape.OutputSize;

    public int Start(int batch) =>
        (batch / Shape.Groups * Output.Image) + (batch % Shape.Groups * Shape.OutputChannels * Output.Channel);

    public int Place(int start, int line, int depth)
    {
        int kernel = Shape.Kernel;
        return Patches.OfOutput(Shape, Output, start + (depth / kernel * Output.Channel), line, depth % kernel);
    }

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
}

/// <summary>The weight as the left factor of a transposed convolution: a line for each channel of the source, along it output channels and taps.</summary>
/// <param name="Shape">The convolution.</param>
internal readonly record struct TransposedWeightFactor(ConvolutionShape Shape) : IFactor
{
    public static bool IsStrided => false;

    public int LineStride => Shape.Kernel;

    public int DepthStride => 1;

    public int Start(int batch) => batch % Shape.Groups * Shape.OutputChannels * Shape.SourceChannels * Shape.Kernel;

    public int Place(int start, int line, int depth)
    {
        int kernel = Shape.Kernel;
        return start + (((depth / kernel * Shape.SourceChannels) + line) * kernel) + (depth % kernel);
    }

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
}

/// <summary>The output's channels as the left factor of the weight's gradient: along each the images of a piece and their places.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Output">Where the output's numbers stand.</param>
/// <param name="Pieces">Into how many products each group is parted.</param>
/// <param name="Images">The images of a piece; behind the last one stand zeros.</param>
internal readonly record struct ChannelFactor(ConvolutionShape Shape, ImagePlace Output, int Pieces, int Images) : IFactor
{
    public static bool IsStrided => false;

    public int LineStride => Shape.OutputSize;

    public int DepthStride => 1;

    public int Start(int batch) => batch;

    public int Place(int start, int line, int depth)
    {
        int size = Shape.OutputSize;
        int image = (start % Pieces * Images) + (depth / size);
        int q = depth % size;
        int second = Shape.Second.Output;
        int third = Shape.Third.Output;
        int channel = (start / Pieces * Shape.OutputChannels) + line;
        return image >= Shape.Batch
            ? -1
            : (image * Output.Image) + (channel * Output.Channel) + (q / third / second * Output.First) + (q / third % second * Output.Second)
                + (q % third * Output.Third);
    }

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
}

/// <summary>The patches as the right factor of the weight's gradient: a line for each channel and tap, along it images and outputs.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Source">Where the source's numbers stand.</param>
/// <param name="Pieces">Into how many products each group is parted.</param>
/// <param name="Images">The images of a piece; behind the last one stand zeros.</param>
internal readonly record struct TapFactor(ConvolutionShape Shape, ImagePlace Source, int Pieces, int Images) : IFactor
{
    public static bool IsStrided => false;

    public int LineStride => Shape.SourceSize;

    public int DepthStride => 1;

    public int Start(int batch) => batch;

    public int Place(int start, int line, int depth)
    {
        int size = Shape.OutputSize;
        int kernel = Shape.Kernel;
        int image = (start % Pieces * Images) + (depth / size);
        int channel = (start / Pieces * Shape.SourceChannels) + (line / kernel);
        return image >= Shape.Batch
            ? -1
            : Patches.OfSource(Shape, Source, (image * Source.Image) + (channel * Source.Channel), depth % size, line % kernel);
    }

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
}

/// <summary>Which number of a channel meets which.</summary>
internal static class Patches
{
    /// <summary>The number of a source's channel that output <paramref name="q"/> takes tap <paramref name="k"/> from, or -1 for a zero.</summary>
    internal static int OfSource(ConvolutionShape shape, ImagePlace place, int channel, int q, int k)
    {
        (int third, int second) = (shape.Third.Output, shape.Second.Output);
        int x2 = OfSource(shape.Third, q % third, k % shape.Third.Kernel);
        k /= shape.Third.Kernel;
        q /= third;
        int x1 = OfSource(shape.Second, q % second, k % shape.Second.Kernel);
        int x0 = OfSource(shape.First, q / second, k / shape.Second.Kernel);
        return x0 < 0 || x1 < 0 || x2 < 0 ? -1 : channel + (x0 * place.First) + (x1 * place.Second) + (x2 * place.Third);
    }

    /// <summary>The number of an output's channel that <paramref name="x"/> of the source goes into by tap <paramref name="k"/>, or -1.</summary>
    internal static int OfOutput(ConvolutionShape shape, ImagePlace place, int channel, int x, int k)
    {
        (int third, int second) = (shape.Third.Source, shape.Second.Source);
        int q2 = OfOutput(shape.Third, x % third, k % shape.Third.Kernel);
        k /= shape.Third.Kernel;
        x /= third;
        int q1 = OfOutput(shape.Second, x % second, k % shape.Second.Kernel);
        int q0 = OfOutput(shape.First, x / second, k / shape.Second.Kernel);
        return q0 < 0 || q1 < 0 || q2 < 0 ? -1 : channel + (q0 * place.First) + (q1 * place.Second) + (q2 * place.Third);
    }

    private static int OfSource(ConvolutionAxis axis, int q, int k)
    {
        int x = (q * axis.Stride) + (k * axis.Dilation) - axis.Padding;
        return x < axis.Source ? x : -1;
    }

    private static int OfOutput(ConvolutionAxis axis, int x, int k)
    {
        int moved = x + axis.Padding - (k * axis.Dilation);
        int q = moved / axis.Stride;
        return moved >= 0 && q * axis.Stride == moved && q < axis.Output ? q : -1;
    }
}
