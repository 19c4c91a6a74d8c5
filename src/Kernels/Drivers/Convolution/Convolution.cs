using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Convolutions of up to three axes, transposed ones, and the gradient of their weight: products whose factors are read from images.</summary>
/// <remarks>
/// No matrix of columns is made, on no device, and no copy of a batch. On the host a block of images that fits a core's cache is staged with
/// its zeros (<see cref="TapPlan"/>), and the tiles of products read it at shifts. On GPUs a product's loader knows where each number stands
/// (<see cref="PatchFactor"/>). Images may have any strides; outputs and weights that are made are contiguous.
/// </remarks>
internal static class Convolution
{
    private const string Name = "Convolution";

    /// <summary>The output: f(bias[m] + Σ weight[m, c, k] source[c, q Stride + k Dilation - Padding]).</summary>
    /// <param name="activation">f.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="output">Where the output goes, contiguous.</param>
    /// <param name="source">The source.</param>
    /// <param name="weight">The weight, contiguous.</param>
    /// <param name="bias">A number for each channel of the output, contiguous, Float32 for 16-bit factors; or null.</param>
    internal static void Run<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand output, in Operand source, in Operand weight, in Operand? bias)
        where TAct : unmanaged, IUnaryOp => Run(activation, shape, output, source, weight, bias, transposed: false);

    /// <summary>
    /// The transposed convolution, which is also the gradient of a convolution's source: source = f(bias[c] + Σ weight[m, c, k] output[m, q])
    /// over all q and k that a number of the source goes into.
    /// </summary>
    /// <param name="activation">f.</param>
    /// <param name="shape">The shape of the convolution.</param>
    /// <param name="source">What is made, contiguous.</param>
    /// <param name="output">What is given.</param>
    /// <param name="weight">The weight, contiguous.</param>
    /// <param name="bias">A number for each channel of the source, contiguous, Float32 for 16-bit factors; or null.</param>
    internal static void RunTransposed<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand source, in Operand output, in Operand weight, in Operand? bias)
        where TAct : unmanaged, IUnaryOp => Run(activation, shape, source, output, weight, bias, transposed: true);

    /// <summary>The gradient of the weight: Σ over images and places q of output[m, q] source[c, q Stride + k Dilation - Padding].</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="weight">Where the gradient goes, contiguous; of the factors' type or, if that has 16 bits, Float32.</param>
    /// <param name="source">The source.</param>
    /// <param name="output">The output's gradient.</param>
    /// <param name="adds">Whether to add to what is there; not to 16 bits.</param>
    internal static void WeightGradient(in ConvolutionShape shape, in Operand weight, in Operand source, in Operand output, bool adds)
    {
        Debug.Assert(weight.IsContiguous && source.DType == output.DType, "The weight's gradient.");
        Debug.Assert(weight.DType == source.DType || (source.DType.IsHalfPrecision && weight.DType == DType.Float32), "Its type.");
        if (weight.Count == 0)
        {
            return;
        }

        if (source.Count == 0 || output.Count == 0)
        {
            if (!adds)
            {
                Fill.Zero(weight);
            }

            return;
        }

        if (weight.DType.IsHalfPrecision)
        {
            using Scratch wide = Scratch.Rent(weight.Device, DType.Float32, weight.Dims);
            WeightGradient(shape, wide.Operand, source, output, adds: false);
            Cast.Run(weight, wide.Operand);
        }
        else if (weight.Device.StartsOnHost())
        {
            Dispatch.Real(Name, source.DType, weight.Device, new GradientVisitor(shape, weight, source, output, adds));
        }
        else
        {
            GpuConvolution.WeightGradient(shape, weight, source, output, adds);
        }
    }

    private static void Run<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand target, in Operand source, in Operand weight, in Operand? bias, bool transposed)
        where TAct : unmanaged, IUnaryOp
    {
        Debug.Assert(target.IsContiguous && weight.IsContiguous && bias is not { IsContiguous: false }, "What is made, and what is small.");
        Debug.Assert(target.DType == source.DType && weight.DType == source.DType, "One type.");
        if (target.Count == 0)
        {
            return;
        }

        if (target.Device.StartsOnHost())
        {
            Dispatch.Real(Name, target.DType, target.Device, new Visitor<TAct>(activation, shape, target, source, weight, bias, transposed));
        }
        else if (transposed)
        {
            GpuConvolution.RunTransposed(activation, shape, target, source, weight, bias);
        }
        else
        {
            GpuConvolution.Run(activation, shape, target, source, weight, bias);
        }
    }

    private readonly ref struct Visitor<TAct>(
        TAct activation, in ConvolutionShape shape, in Operand target, in Operand source, in Operand weight, in Operand? bias, bool transposed)
        : IRealVisitor
        where TAct : unmanaged, IUnaryOp
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly ConvolutionShape _shape = ref shape;
        private readonly ref readonly Operand _target = ref target;
        private readonly ref readonly Operand _source = ref source;
        private readonly ref readonly Operand _weight = ref weight;
        private readonly ref readonly Operand? _bias = ref bias;
        private readonly bool _transposed = transposed;

        public unsafe void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            HostConvolution.Run<TStored, TScalar, TVector, TAct>(_activation, new HostTaps<TStored, TScalar>
            {
                Device = _target.Device,
                Shape = _shape,
                Transposed = _transposed,
                Source = _source.Host<TStored>(),
                PlaceSource = ImagePlace.Of(_source),
                Target = _target.Host<TStored>(),
                Weight = _weight.Host<TStored>(),
                Bias = _bias is { } row ? row.Host<TScalar>() : null,
            });
        }
    }

    private readonly ref struct GradientVisitor(
        in ConvolutionShape shape, in Operand weight, in Operand source, in Operand output, bool adds) : IRealVisitor
    {
        private readonly ref readonly ConvolutionShape _shape = ref shape;
        private readonly ref readonly Operand _weight = ref weight;
        private readonly ref readonly Operand _source = ref source;
        private readonly ref readonly Operand _output = ref output;
        private readonly bool _adds = adds;

        public unsafe void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> => HostConvolutionGradient.Run(new HostTapGradient<TStored, TScalar>
            {
                Device = _weight.Device,
                Shape = _shape,
                Source = _source.Host<TStored>(),
                PlaceSource = ImagePlace.Of(_source),
                Output = _output.Host<TStored>(),
                PlaceOutput = ImagePlace.Of(_output),
                Weight = _weight.Host<TScalar>(),
                Adds = _adds,
            });
    }
}
