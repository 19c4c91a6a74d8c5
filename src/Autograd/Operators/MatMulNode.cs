using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>C = A B of matrices, or of batches of one shape: dA = G Bᵀ, dB = Aᵀ G. Factors of any strides, read where they stand.</summary>
internal sealed class MatMulNode : Node
{
    private MatMulNode(Tensor a, Tensor b)
        : base(nameof(MatMulOperators.MatMul), a, b) => SaveInputs(a, b);

    internal static Tensor Run(Tensor a, Tensor b)
    {
        Shape shape = Shape.OfResult(nameof(MatMulOperators.MatMul), [.. a.Shape.AsSpan()[..^1], b.Shape[^1]]);
        Tensor c = Tensor.Uninitialized(shape, a.DType, a.Device, nameof(MatMulOperators.MatMul));
        Gemm.Run(default(IdentityOp), c.Operand, a.Operand, b.Operand, null, 1, 0);
        return a.Records() || b.Records() ? new MatMulNode(a, b).Attach(c) : c;
    }

    /// <summary>The product of 16-bit factors in a wider type; any other as <see cref="Run(Tensor, Tensor)"/>.</summary>
    internal static Tensor Run(Tensor a, Tensor b, DType dtype)
    {
        if (dtype == a.DType || a.Records() || b.Records())
        {
            return Run(a, b).To(dtype);
        }

        const string name = nameof(MatMulOperators.MatMul);
        Tensor c = Tensor.Uninitialized(Shape.OfResult(name, a.Shape[0], b.Shape[1]), dtype, a.Device, name);
        Gemm.Run(default(IdentityOp), c.Operand, a.Operand, b.Operand, null, 1, 0);
        return c;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor a = Saved(0);
        Tensor b = Saved(1);
        if (Wants(0))
        {
            Multiply(0, gradient, b.T);
        }

        if (Wants(1))
        {
            Multiply(1, a.T, gradient);
        }
    }

    private void Multiply(int input, Tensor left, Tensor right)
    {
        if (TryAccumulateInto(input, out Operand sum, out bool adds))
        {
            Gemm.Run(default(IdentityOp), sum, left.Operand, right.Operand, null, 1, adds ? 1 : 0);
        }
        else
        {
            Send(input, Run(left, right));
        }
    }
}
