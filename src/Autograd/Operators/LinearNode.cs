using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Y = X Wᵀ + b: dX = G W, dW = Gᵀ X, db = the sum of G over its rows.</summary>
internal sealed class LinearNode : Node
{
    private readonly bool _hasBias;

    private LinearNode(Tensor x, Tensor weight)
        : base(nameof(MatMulOperators.Linear), x, weight) => SaveInputs(x, weight);

    private LinearNode(Tensor x, Tensor weight, Tensor bias)
        : base(nameof(MatMulOperators.Linear), x, weight, bias)
    {
        _hasBias = true;
        SaveInputs(x, weight);
    }

    internal static Tensor Run(Tensor x, Tensor weight, Tensor? bias)
    {
        Tensor y = Tensor.Uninitialized([x.Shape[0], weight.Shape[0]], x.DType, x.Device, nameof(MatMulOperators.Linear));
        Operand w = weight.Operand;
        Operand transposed = w with { Dims = [w.Dims[1], w.Dims[0]], Strides = [w.Strides[1], w.Strides[0]] };
        Gemm.Run(default(Identity), y.Operand, x.Operand, transposed, bias?.Contiguous().Operand, 1, 0);
        if (!x.Records() && !weight.Records() && bias?.Records() != true)
        {
            return y;
        }

        return (bias is null ? new LinearNode(x, weight) : new LinearNode(x, weight, bias)).Attach(y);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor weight = Saved(1);
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
}
