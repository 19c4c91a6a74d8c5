using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The gradients of an element-wise function of two inputs, summed over what was broadcast.</summary>
internal sealed class FusedBinaryNode<TOp> : Node
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op;
    private readonly (Func<Tensor, Tensor, Tensor> A, Func<Tensor, Tensor, Tensor> B)? _derivatives;

    /// <param name="op">The operator.</param>
    /// <param name="a">Its first input.</param>
    /// <param name="b">Its second input.</param>
    /// <param name="derivatives">The derivatives by a and b, by differentiable operators, for gradients of gradients; none if null.</param>
    internal FusedBinaryNode(
        TOp op, Tensor a, Tensor b, (Func<Tensor, Tensor, Tensor> A, Func<Tensor, Tensor, Tensor> B)? derivatives = null)
        : base(typeof(TOp).Name, a, b)
    {
        _op = op;
        _derivatives = derivatives;
        SaveInputs(a, b);
    }

    internal override void Backward(Tensor gradient)
    {
        if (Grad.IsEnabled && _derivatives is null)
        {
            throw new InvalidOperationException(
                $"{Name}: a fused operator has no second derivative. Use the operators one by one where gradients of gradients are "
                + "needed.");
        }

        Tensor a = Saved(0);
        Tensor b = Saved(1);
        if (Wants(0))
        {
            Tensor own = Grad.IsEnabled ? gradient * _derivatives!.Value.A(a, b) : Run(new BinaryBackwardA<TOp>(_op), gradient, a, b);
            Send(0, own.SumTo(a.Shape));
        }

        if (Wants(1))
        {
            Tensor own = Grad.IsEnabled ? gradient * _derivatives!.Value.B(a, b) : Run(new BinaryBackwardB<TOp>(_op), gradient, a, b);
            Send(1, own.SumTo(b.Shape));
        }
    }

    private Tensor Run<TMap>(TMap map, Tensor gradient, Tensor a, Tensor b)
        where TMap : unmanaged, IMap
    {
        Tensor result = Tensor.Uninitialized(gradient.Shape, gradient.DType, gradient.Device, Name);
        Elementwise.Run(
            map, result.Operand, gradient.Operand, DeepSharp.Binary.Expanded(a, gradient.Shape),
            DeepSharp.Binary.Expanded(b, gradient.Shape));
        return result;
    }
}
