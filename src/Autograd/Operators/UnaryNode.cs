using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The gradient of an element-wise function of one input.</summary>
internal sealed class UnaryNode<TOp> : Node
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op;

    internal UnaryNode(string name, TOp op, Tensor input, Tensor output)
        : base(name, input)
    {
        _op = op;
        if (TOp.SavesForSlope == Kernels.Saved.Input)
        {
            SaveInputs(input);
        }
        else if (TOp.SavesForSlope == Kernels.Saved.Output)
        {
            Save(output);
        }
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor saved = TOp.SavesForSlope switch
        {
            Kernels.Saved.Input => Saved(0),
            Kernels.Saved.Output => SavedOutput(0),
            _ => gradient,
        };
        Send(0, UnaryGradient.Through(Name, _op, saved, gradient));
    }
}

/// <summary>The gradient through an element-wise function: by itself or as part of an operator whose kernel applies it.</summary>
internal static class UnaryGradient
{
    /// <summary>The gradient of x from that of y: one kernel, or, where the gradient is to have gradients, differentiable operators.</summary>
    /// <param name="name">The operator that it is part of, for messages.</param>
    /// <param name="op">The function.</param>
    /// <param name="saved">What its derivative is a function of; anything for a constant derivative.</param>
    /// <param name="gradient">The gradient of y.</param>
    internal static Tensor Through<TOp>(string name, TOp op, Tensor saved, Tensor gradient)
        where TOp : unmanaged, IUnaryOp
    {
        if (Grad.IsEnabled)
        {
            return InGraph(op, saved, gradient);
        }

        Tensor result = Tensor.Uninitialized(gradient.Shape, gradient.DType, gradient.Device, name);
        Elementwise.Run(new UnaryBackward<TOp>(op), result.Operand, gradient.Operand, saved.Operand);
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor InGraph<TOp>(TOp op, Tensor saved, Tensor gradient)
        where TOp : unmanaged, IUnaryOp => TOp.SavesForSlope == Saved.Nothing
        ? gradient * F64.ToDouble(TOp.SlopeOf(op, default(F64)))
        : gradient * SlopeNode<TOp>.Run(op, 1, saved);
}

/// <summary>A derivative of an element-wise function as an operator, with the next one for its gradient.</summary>
internal sealed class SlopeNode<TOp> : Node
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op;
    private readonly int _order;

    private SlopeNode(string name, TOp op, int order, Tensor saved)
        : base(name, saved)
    {
        _op = op;
        _order = order;
        SaveInputs(saved);
    }

    internal static Tensor Run(TOp op, int order, Tensor saved)
    {
        string name = OperatorName<TOp>.Text + new string('\'', order);
        Tensor slope = Tensor.Uninitialized(saved.Shape, saved.DType, saved.Device, name);
        Slopes.Run(op, order, slope.Operand, saved.Operand);
        return saved.Records() ? new SlopeNode<TOp>(name, op, order, saved).Attach(slope) : slope;
    }

    internal override void Backward(Tensor gradient) => Send(0, gradient * Run(_op, _order + 1, Saved(0)));
}
