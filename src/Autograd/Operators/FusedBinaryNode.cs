using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The gradients of an element-wise function of two inputs, summed over what was broadcast.</summary>
internal sealed class FusedBinaryNode<TOp> : Node
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op;

    internal FusedBinaryNode(TOp op, Tensor a, Tensor b)
        : base(typeof(TOp).Name, a, b)
    {
        _op = op;
        SaveInputs(a, b);
    }

    internal override void Backward(Tensor gradient)
    {
        if (Grad.IsEnabled)
        {
            throw new InvalidOperationException(
                $"{Name}: a fused operator has no second derivative. Use the operators one by one where gradients of gradients are "
                + "needed.");
        }

        Tensor a = Saved(0);
        Tensor b = Saved(1);
        if (Wants(0))
        {
            Send(0, Run(new BinaryBackwardA<TOp>(_op), gradient, a, b).SumTo(a.Shape));
        }

        if (Wants(1))
        {
            Send(1, Run(new BinaryBackwardB<TOp>(_op), gradient, a, b).SumTo(b.Shape));
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
