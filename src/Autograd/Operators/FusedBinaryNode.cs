using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// The gradients of an element-wise function of two inputs, or of one of its derivatives, summed over what was broadcast.
/// </summary>
internal sealed class FusedBinaryNode<TOp> : Node
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op;
    private readonly int _byA;
    private readonly int _byB;

    /// <param name="op">The operator.</param>
    /// <param name="a">Its first input.</param>
    /// <param name="b">Its second input.</param>
    /// <param name="byA">How often the output is its derivative by a.</param>
    /// <param name="byB">How often the output is its derivative by b.</param>
    internal FusedBinaryNode(TOp op, Tensor a, Tensor b, int byA = 0, int byB = 0)
        : base(OperatorName<TOp>.Text, a, b)
    {
        _op = op;
        _byA = byA;
        _byB = byB;
        SaveInputs(a, b);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor a = Saved(0);
        Tensor b = Saved(1);
        bool oneKernel = !Grad.IsEnabled && _byA + _byB == 0;
        if (Wants(0))
        {
            Tensor own = oneKernel
                ? Times(new SlopeA<TOp>(_op), gradient, a, b)
                : gradient * Derivative(_byA + 1, _byB, gradient.Shape, a, b);
            Send(0, own.SumTo(a.Shape));
        }

        if (Wants(1))
        {
            Tensor own = oneKernel
                ? Times(new SlopeB<TOp>(_op), gradient, a, b)
                : gradient * Derivative(_byA, _byB + 1, gradient.Shape, a, b);
            Send(1, own.SumTo(b.Shape));
        }
    }

    private Tensor Times<TSlope>(TSlope slope, Tensor gradient, Tensor a, Tensor b)
        where TSlope : unmanaged, IBinaryOp
    {
        Tensor result = Tensor.Uninitialized(gradient.Shape, gradient.DType, gradient.Device, Name);
        Elementwise.Run(
            new BinaryBackward<TSlope>(slope), result.Operand, gradient.Operand, Binary.Expanded(a, gradient.Shape),
            Binary.Expanded(b, gradient.Shape));
        return result;
    }

    private Tensor Derivative(int byA, int byB, Shape shape, Tensor a, Tensor b)
    {
        Tensor result = Tensor.Uninitialized(shape, a.DType, a.Device, Name);
        Slopes.Run(_op, byA, byB, result.Operand, Binary.Expanded(a, shape), Binary.Expanded(b, shape));
        return a.Records() || b.Records() ? new FusedBinaryNode<TOp>(_op, a, b, byA, byB).Attach(result) : result;
    }
}
