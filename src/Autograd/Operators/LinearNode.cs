using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Y = f(Z), Z = X Wᵀ + b: dZ = f' dY, dX = dZ W, dW = dZᵀ X, db = the sum of dZ over its rows.</summary>
/// <remarks>f' must not be a function of Z, which is never written; see <see cref="Fits"/>.</remarks>
internal sealed class LinearNode<TAct> : Node
    where TAct : unmanaged, IUnaryOp
{
    private readonly TAct _activation;
    private readonly Func<Tensor, Tensor, Tensor>? _chain;
    private readonly bool _hasBias;

    private LinearNode(ReadOnlySpan<Tensor> inputs, TAct activation, Tensor y, Func<Tensor, Tensor, Tensor>? chain)
        : base(nameof(MatMulOperators.Linear), inputs)
    {
        _activation = activation;
        _chain = chain;
        _hasBias = inputs.Length > 2;
        SaveInputs(inputs[0], inputs[1]);
        if (TAct.Saves == Kernels.Saved.Output)
        {
            Save(y);
        }
    }

    /// <summary>Whether the backward pass has what it needs without Z.</summary>
    internal static bool Fits => TAct.Saves != Kernels.Saved.Input;

    internal static Tensor Run(Tensor x, Tensor weight, Tensor? bias, TAct activation, Func<Tensor, Tensor, Tensor>? chain)
    {
        Tensor y = Tensor.Uninitialized([x.Shape[0], weight.Shape[0]], x.DType, x.Device, nameof(MatMulOperators.Linear));
        Operand w = weight.Operand;
        Operand transposed = w with { Dims = [w.Dims[1], w.Dims[0]], Strides = [w.Strides[1], w.Strides[0]] };
        Gemm.Run(activation, y.Operand, x.Operand, transposed, bias?.Contiguous().Operand, 1, 0);
        if (!x.Records() && !weight.Records() && bias?.Records() != true)
        {
            return y;
        }

        ReadOnlySpan<Tensor> inputs = bias is null ? [x, weight] : [x, weight, bias];
        return new LinearNode<TAct>(inputs, activation, y, chain).Attach(y);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor weight = Saved(1);
        gradient = BeforeActivation(gradient);
        if (Wants(0))
        {
            Send(0, MatMulNode.Run(gradient, weight));
        }

        if (Wants(1))
        {
            if (TryAccumulateInto(1, out Operand sum))
            {
                Gemm.Run(default(Identity), sum, gradient.T.Operand, x.Operand, null, 1, 1);
            }
            else
            {
                Send(1, MatMulNode.Run(gradient.T, x));
            }
        }

        if (_hasBias && Wants(2))
        {
            if (TryAccumulateInto(2, out Operand sum))
            {
                ReductionKernels.AccumulateSum(sum, gradient, 0);
            }
            else
            {
                Send(2, gradient.Sum(0));
            }
        }
    }

    // dZ from dY.
    private Tensor BeforeActivation(Tensor gradient)
    {
        if (typeof(TAct) == typeof(Identity))
        {
            return gradient;
        }

        Tensor saved = TAct.Saves == Kernels.Saved.Output ? SavedOutput(2) : gradient;
        if (Grad.IsEnabled)
        {
            return (_chain ?? throw UnaryNode<TAct>.NoSecondDerivative(typeof(TAct).Name))(saved, gradient);
        }

        Tensor result = Tensor.Uninitialized(gradient.Shape, gradient.DType, gradient.Device, Name);
        Elementwise.Run(new UnaryBackward<TAct>(_activation), result.Operand, gradient.Operand, saved.Operand);
        return result;
    }
}
