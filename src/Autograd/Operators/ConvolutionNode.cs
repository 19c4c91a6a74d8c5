using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>A convolution's sizes and the shapes of its tensors.</summary>
/// <param name="Name">The operator, for messages.</param>
/// <param name="Sizes">The sizes.</param>
/// <param name="Source">The shape of the source.</param>
/// <param name="Output">The shape of the output.</param>
/// <param name="Weight">The shape of the weight.</param>
internal sealed record ConvolutionCall(string Name, ConvolutionShape Sizes, Shape Source, Shape Output, Shape Weight)
{
    /// <summary>f(convolution of a source + bias), or, transposed, of an output.</summary>
    internal Tensor Run<TAct>(bool transposed, Tensor image, Tensor weight, Tensor factor, Tensor? bias, TAct activation)
        where TAct : unmanaged, IUnaryOp
    {
        Tensor result = Tensor.Uninitialized(transposed ? Source : Output, image.DType, image.Device, Name);
        Operand? row = bias?.Detach().HalfToSingle().Contiguous().Operand;
        Operand dense = factor.Detach().Contiguous().Operand;
        if (transposed)
        {
            Convolution.RunTransposed(activation, Sizes, result.Operand, image.Operand, dense, row);
        }
        else
        {
            Convolution.Run(activation, Sizes, result.Operand, image.Operand, dense, row);
        }

        return image.Records() || weight.Records() || bias?.Records() == true
            ? new ConvolutionNode<TAct>(this, transposed, image, weight, factor, bias, activation, result).Attach(result)
            : result;
    }

    /// <summary>The same without bias and activation.</summary>
    internal Tensor Run(bool transposed, Tensor image, Tensor weight) => Run(transposed, image, weight, weight, null, default(IdentityOp));

    /// <summary>The gradient of the weight, from the source and the output's gradient.</summary>
    internal Tensor WeightGradient(Tensor source, Tensor output, DType dtype)
    {
        bool records = source.Records() || output.Records();
        Tensor gradient = Tensor.Uninitialized(Weight, records ? source.DType : dtype, source.Device, Name);
        Convolution.WeightGradient(Sizes, gradient.Operand, source.Operand, output.Operand, adds: false);
        return records ? new ConvolutionWeightNode(this, source, output).Attach(gradient).To(dtype) : gradient;
    }
}

/// <summary>Y = f(X * W + b), or transposed: the gradient of the image is the other of the two, that of W their third product.</summary>
/// <remarks>As <see cref="LinearNode{TAct}"/> is for a product of matrices; f' must not be a function of its input.</remarks>
internal sealed class ConvolutionNode<TAct> : Node
    where TAct : unmanaged, IUnaryOp
{
    private readonly ConvolutionCall _call;
    private readonly bool _transposed;
    private readonly TAct _activation;
    private readonly bool _hasBias;
    private readonly DType _biasType;
    private readonly int _half = -1;

    internal ConvolutionNode(
        ConvolutionCall call, bool transposed, Tensor image, Tensor weight, Tensor factor, Tensor? bias, TAct activation, Tensor result)
        : base(call.Name, bias is null ? [image, weight] : [image, weight, bias])
    {
        _call = call;
        _transposed = transposed;
        _activation = activation;
        _hasBias = bias is not null;
        _biasType = bias?.DType ?? weight.DType;
        SaveInputs(image, weight);
        if (TAct.SavesForSlope == Kernels.Saved.Output)
        {
            Save(result);
        }

        if (!ReferenceEquals(factor, weight))
        {
            _half = TAct.SavesForSlope == Kernels.Saved.Output ? 3 : 2;
            Save(factor);
        }
    }

    /// <summary>Whether the backward pass has what it needs without what went into f.</summary>
    internal static bool Fits => TAct.SavesForSlope != Kernels.Saved.Input;

    internal override void Backward(Tensor gradient)
    {
        Tensor image = Saved(0);
        Tensor weight = Saved(1);
        if (typeof(TAct) != typeof(IdentityOp))
        {
            gradient = UnaryGradient.Through(Name, _activation, TAct.SavesForSlope == Kernels.Saved.Output ? SavedOutput(2) : gradient, gradient);
        }

        if (Wants(0))
        {
            Tensor factor = _half < 0 ? weight : Grad.IsEnabled ? weight.To(gradient.DType) : Saved(_half);
            Send(0, _call.Run(!_transposed, gradient, factor));
        }

        if (Wants(1))
        {
            (Tensor source, Tensor output) = _transposed ? (gradient, image) : (image, gradient);
            if (TryAccumulateInto(1, out Operand sum, out bool adds))
            {
                Convolution.WeightGradient(_call.Sizes, sum, source.Operand, output.Operand, adds);
            }
            else
            {
                Send(1, _call.WeightGradient(source, output, weight.DType));
            }
        }

        if (_hasBias && Wants(2))
        {
            if (TryAccumulateInto(2, out Operand sum, out bool adds))
            {
                Reduction.RunNumeric(default(Sum), sum, gradient.HalfToSingle().Operand, ((1u << gradient.Rank) - 1) & ~2u, accumulate: adds);
            }
            else
            {
                Send(2, gradient.To(_biasType).Sum([0, .. Enumerable.Range(2, gradient.Rank - 2)]));
            }
        }
    }
}

/// <summary>The gradient of a convolution's weight, as a function of the source and the output's gradient: linear in either.</summary>
internal sealed class ConvolutionWeightNode : Node
{
    private readonly ConvolutionCall _call;

    internal ConvolutionWeightNode(ConvolutionCall call, Tensor source, Tensor output)
        : base(call.Name, source, output)
    {
        _call = call;
        SaveInputs(source, output);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor source = Saved(0);
        Tensor output = Saved(1);
        if (Wants(0))
        {
            Send(0, _call.Run(transposed: true, output, gradient));
        }

        if (Wants(1))
        {
            Send(1, _call.Run(transposed: false, source, gradient));
        }
    }
}
