namespace DeepSharp;

/// <summary>a + sign b: the gradient goes to both, summed over what was broadcast.</summary>
internal sealed class AddNode(Tensor a, Tensor b, int sign) : Node(sign > 0 ? "Add" : "Subtract", a, b)
{
    private readonly Shape _a = a.Shape;
    private readonly Shape _b = b.Shape;

    internal override void Backward(Tensor gradient)
    {
        if (Wants(0))
        {
            SendSame(0, gradient.SumTo(_a));
        }

        if (Wants(1))
        {
            Tensor reduced = gradient.SumTo(_b);
            SendSame(1, sign > 0 ? reduced : -reduced);
        }
    }
}

/// <summary>a b: each gets the gradient times the other.</summary>
internal sealed class MultiplyNode : Node
{
    internal MultiplyNode(Tensor a, Tensor b)
        : base("Multiply", a, b) => SaveInputs(a, b);

    internal override void Backward(Tensor gradient)
    {
        Tensor a = Saved(0);
        Tensor b = Saved(1);
        if (Wants(0))
        {
            Send(0, (gradient * b).SumTo(a.Shape));
        }

        if (Wants(1))
        {
            Send(1, (gradient * a).SumTo(b.Shape));
        }
    }
}

/// <summary>a / b: da = g / b, db = -g a / b^2.</summary>
internal sealed class DivideNode : Node
{
    internal DivideNode(Tensor a, Tensor b)
        : base("Divide", a, b) => SaveInputs(a, b);

    internal override void Backward(Tensor gradient)
    {
        Tensor a = Saved(0);
        Tensor b = Saved(1);
        Tensor quotient = gradient / b;
        if (Wants(0))
        {
            SendSame(0, quotient.SumTo(a.Shape));
        }

        if (Wants(1))
        {
            Send(1, (-quotient * (a / b)).SumTo(b.Shape));
        }
    }
}

/// <summary>A choice by a mask: the gradient follows it.</summary>
internal sealed class WhereNode : Node
{
    private readonly Shape _yes;
    private readonly Shape _no;

    internal WhereNode(Tensor mask, Tensor yes, Tensor no)
        : base("Where", yes, no)
    {
        _yes = yes.Shape;
        _no = no.Shape;
        Save(mask);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor mask = Saved(0).Detach();
        Tensor zero = Tensor.Full(Shape.Scalar, 0, gradient.DType, gradient.Device);
        if (Wants(0))
        {
            SendSame(0, Tensor.Where(mask, gradient, zero).SumTo(_yes));
        }

        if (Wants(1))
        {
            SendSame(1, Tensor.Where(mask, zero, gradient).SumTo(_no));
        }
    }
}
