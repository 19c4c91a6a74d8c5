using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Where the graph begins: a tensor that collects its gradient.</summary>
internal sealed class LeafNode(string name, Shape shape, DType dtype, Device device) : Node(name)
{
    /// <summary>The gradient collected so far; null before the first.</summary>
    internal Tensor? Gradient { get; private set; }

    /// <summary>Whether the gradient has 16 bits, too few to add up in.</summary>
    internal bool IsHalfPrecision => dtype.IsHalfPrecision;

    internal override void Backward(Tensor gradient)
    {
        if (Target >= 0)
        {
            return;
        }

        Operand sum = GradientForUpdate().Operand;
        Elementwise.RunNumeric(default(Add), sum, sum, gradient.Operand, sum);
    }

    /// <summary>A leaf outlives all passes and scopes.</summary>
    internal override void Release()
    {
    }

    /// <summary>The gradient, zero if there was none yet.</summary>
    internal Tensor GradientForUpdate()
    {
        if (Gradient is null)
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            Gradient = Tensor.Zeros(shape, dtype, device);
        }

        return Gradient;
    }

    /// <summary>Uses a part of an arena as the gradient from now on.</summary>
    internal void Use(Tensor gradient)
    {
        Gradient?.Dispose();
        Gradient = gradient;
    }
}
