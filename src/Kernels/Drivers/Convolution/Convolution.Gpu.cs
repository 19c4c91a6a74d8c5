namespace DeepSharp.Kernels;

/// <summary>Convolutions on a GPU: the kernel of products, whose loads into shared memory go where the numbers of patches stand.</summary>
internal static class GpuConvolution
{
    // Squares of C enough to occupy a GPU, and the fewest sums that a piece of the weight's gradient should be made of.
    private const int ManySquares = 256;
    private const int LeastDepth = 512;
    private const int Square = 64;

    /// <summary>A convolution: for each image and group, C [channels, outputs] = weight times patches.</summary>
    internal static void Run<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand output, in Operand source, in Operand weight, in Operand? bias)
        where TAct : unmanaged, IUnaryOp
    {
        int depth = shape.SourceChannels * shape.Kernel;
        MatrixFactor left = new(depth, 1, 0, shape.OutputChannels * depth, shape.Groups);
        ImagePlace place = ImagePlace.Of(source);
        if (shape.IsPointwise && IsDense(source))
        {
            MatrixFactor right = new(1, place.Channel, place.Image, shape.SourceChannels * place.Channel, shape.Groups);
            Run(activation, shape, output, shape.OutputChannels, shape.OutputSize, weight, left, source, right, depth, bias);
            return;
        }

        Run(activation, shape, output, shape.OutputChannels, shape.OutputSize, weight, left, source, new PatchFactor(shape, place), depth, bias);
    }

    /// <summary>A transposed convolution.</summary>
    internal static void RunTransposed<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand source, in Operand output, in Operand weight, in Operand? bias)
        where TAct : unmanaged, IUnaryOp
    {
        int depth = shape.OutputChannels * shape.Kernel;
        ImagePlace place = ImagePlace.Of(output);
        if (shape.IsPointwise && IsDense(output))
        {
            MatrixFactor left = new(1, shape.SourceChannels, 0, shape.OutputChannels * shape.SourceChannels, shape.Groups);
            MatrixFactor right = new(1, place.Channel, place.Image, shape.OutputChannels * place.Channel, shape.Groups);
            Run(activation, shape, source, shape.SourceChannels, shape.SourceSize, weight, left, output, right, depth, bias);
            return;
        }

        Run(
            activation, shape, source, shape.SourceChannels, shape.SourceSize, weight, new TransposedWeightFactor(shape), output,
            new TransposedPatchFactor(shape, place), depth, bias);
    }

    /// <summary>The weight's gradient; where it is small and the batch large, in pieces whose sums are added up.</summary>
    internal static void WeightGradient(in ConvolutionShape shape, in Operand weight, in Operand source, in Operand output, bool adds)
    {
        int rows = shape.OutputChannels;
        int columns = shape.SourceChannels * shape.Kernel;
        int squares = shape.Groups * ((rows + Square - 1) / Square) * ((columns + Square - 1) / Square);
        int pieces = Math.Min(ManySquares / squares, (int)Math.Min(shape.Batch, (long)shape.Batch * shape.OutputSize / LeastDepth));
        int images = (shape.Batch + Math.Max(1, pieces) - 1) / Math.Max(1, pieces);
        pieces = (shape.Batch + images - 1) / images;
        ChannelFactor left = new(shape, ImagePlace.Of(output), pieces, images);
        TapFactor right = new(shape, ImagePlace.Of(source), pieces, images);
        MatrixFactor place = new(columns, 1, 0, rows * columns, shape.Groups * pieces);
        if (pieces == 1)
        {
            Gemm.Run(
                default(IdentityOp), new Product<ChannelFactor, TapFactor>(
                    weight with { Dims = [shape.Groups, rows, columns], Strides = [rows * columns, columns, 1] }, place, output, left, source, right,
                    images * shape.OutputSize, shape.Groups, Beta: adds ? 1 : 0), default);
            return;
        }

        using Scratch sums = Scratch.Rent(weight.Device, weight.DType, [shape.Groups, pieces, rows, columns]);
        Gemm.Run(
            default(IdentityOp), new Product<ChannelFactor, TapFactor>(
                sums.Operand, place, output, left, source, right, images * shape.OutputSize, shape.Groups * pieces), default);
        Reduction.RunNumeric(
            default(Sum), weight with { Dims = [shape.Groups, 1, rows, columns], Strides = [rows * columns, 0, columns, 1] }, sums.Operand, 2,
            accumulate: adds);
    }

    private static void Run<TAct, TA, TB>(
        TAct activation, in ConvolutionShape shape, in Operand target, int rows, int columns, in Operand weight, TA left, in Operand source,
        TB right, int depth, in Operand? bias)
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor
    {
        int batch = shape.Batch * shape.Groups;
        Gemm.Run(
            activation, new Product<TA, TB>(
                target with { Dims = [batch, rows, columns], Strides = [rows * columns, columns, 1] },
                new(columns, 1, 0, rows * columns, batch), weight, left, source, right, depth, batch, bias,
                PlaceBias: new MatrixFactor(1, 0, 0, rows, shape.Groups)), default);
    }

    // Whether all places of a channel are one line.
    private static bool IsDense(in Operand x)
    {
        int expected = 1;
        for (int axis = x.Dims.Length - 1; axis > 1; axis--)
        {
            if (x.Dims[axis] != 1 && x.Strides[axis] != expected)
            {
                return false;
            }

            expected *= x.Dims[axis];
        }

        return true;
    }
}
