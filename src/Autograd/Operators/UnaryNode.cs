using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The gradient of an element-wise function of one input.</summary>
internal sealed class UnaryNode<TOp> : Node
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op;
    private readonly Func<Tensor, Tensor, Tensor>? _chain;

    internal UnaryNode(string name, TOp op, Tensor input, Tensor output, Func<Tensor, Tensor, Tensor>? chain)
        : base(name, input)
    {
        _op = op;
        _chain = chain;
        if (TOp.Saves == Kernels.Saved.Input)
        {
            SaveInputs(input);
        }
        else if (TOp.Saves == Kernels.Saved.Output)
        {
            Save(output);
        }
    }

    internal static InvalidOperationException NoSecondDerivative(string name) => new(
        $"{name}: this operator has no second derivative. Give Apply, or the activation, a function that computes the gradient by "
        + "differentiable operators.");

    internal override void Backward(Tensor gradient)
    {
        Tensor saved = TOp.Saves switch
        {
            Kernels.Saved.Input => Saved(0),
            Kernels.Saved.Output => SavedOutput(0),
            _ => gradient,
        };
        if (Grad.IsEnabled)
        {
            Send(0, (_chain ?? throw NoSecondDerivative(Name))(saved, gradient));
            return;
        }

        Tensor result = Tensor.Uninitialized(gradient.Shape, gradient.DType, gradient.Device, Name);
        Elementwise.Run(new UnaryBackward<TOp>(_op), result.Operand, gradient.Operand, saved.Operand);
        Send(0, result);
    }
}
