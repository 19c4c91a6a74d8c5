using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Y = f(Z), Z = X Wᵀ + b: dZ = f' dY, dX = dZ W, dW = dZᵀ X, db = the sum of dZ over its rows.</summary>
/// <remarks>
/// f' must not be a function of Z, which is never written; see <see cref="Fits"/>. X and Y may be of 16 bits and W and b of Float32:
/// then the products take W's 16-bit copy, and dW and db are Float32.
/// </remarks>
internal sealed class LinearNode<TAct> : Node
    where TAct : unmanaged, IUnaryOp
{
    private readonly TAct _activation;
    private readonly bool _hasBias;
    private readonly DType _biasType;
    private readonly int _half = -1;

    private LinearNode(ReadOnlySpan<Tensor> inputs, Tensor factor, TAct activation, Tensor y)
        : base(nameof(MatMulOperators.Linear), inputs)
    {
        _activation = activation;
        _hasBias = inputs.Length > 2;
        _biasType = inputs[^1].DType;
        SaveInputs(inputs[0], inputs[1]);
        if (TAct.SavesForSlope == Kernels.Saved.Output)
        {
            Save(y);
        }

        if (!ReferenceEquals(factor, inputs[1]))
        {
            _half = TAct.SavesForSlope == Kernels.Saved.Output ? 3 : 2;
            Save(factor);
        }
    }

    /// <summary>Whether the backward pass has what it needs without Z.</summary>
    internal static bool Fits => TAct.SavesForSlope != Kernels.Saved.Input;

    /// <param name="x">X, [rows, inputs].</param>
    /// <param name="weight">W.</param>
    /// <param name="factor">W, or its copy in X's type.</param>
    /// <param name="bias">b, or null.</param>
    /// <param name="activation">f.</param>
    internal static Tensor Run(Tensor x, Tensor weight, Tensor factor, Tensor? bias, TAct activation)
    {
        const string name = nameof(MatMulOperators.Linear);
        Tensor y = Tensor.Uninitialized(Shape.OfResult(name, x.Shape[0], weight.Shape[0]), x.DType, x.Device, name);
        Operand w = factor.Operand;
        Operand transposed = w with { Dims = [w.Dims[1], w.Dims[0]], Strides = [w.Strides[1], w.Strides[0]] };
        Gemm.Run(activation, y.Operand, x.Operand, transposed, bias?.Detach().HalfToSingle().Contiguous().Operand, 1, 0);
        if (!x.Records() && !weight.Records() && bias?.Records() != true)
        {
            return y;
        }

        ReadOnlySpan<Tensor> inputs = bias is null ? [x, weight] : [x, weight, bias];
        return new LinearNode<TAct>(inputs, factor, activation, y).Attach(y);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor weight = Saved(1);
        gradient = BeforeActivation(gradient);
        if (Wants(0))
        {
            Tensor factor = _half < 0 ? weight : Grad.IsEnabled ? weight.To(gradient.DType) : Saved(_half);
            Send(0, MatMulNode.Run(gradient, factor));
        }

        bool summed = Wants(1) && SendWeightGradient(gradient, x, weight.DType);
        if (_hasBias && !summed && Wants(2))
        {
            if (TryAccumulateInto(2, out Operand sum, out bool adds))
            {
                ReductionKernels.SumInto(sum, gradient, 0, adds);
            }
            else
            {
                Send(2, gradient.To(_biasType).Sum(0));
            }
        }
    }

    // Returns whether the bias has its gradient, too.
    private bool SendWeightGradient(Tensor gradient, Tensor x, DType dtype)
    {
        if (!TryAccumulateInto(1, out Operand sum, out bool adds))
        {
            Send(1, MatMulNode.Run(gradient.T, x, dtype));
            return false;
        }

        if (_hasBias && Wants(2) && TryAccumulateInto(2, out Operand biasSum, out bool addsBias))
        {
            if (!Gemm.RunWithRowSums(sum, gradient.T.Operand, x.Operand, adds, biasSum, addsBias))
            {
                ReductionKernels.SumInto(biasSum, gradient, 0, addsBias);
            }

            return true;
        }

        Gemm.Run(default(IdentityOp), sum, gradient.T.Operand, x.Operand, null, 1, adds ? 1 : 0);
        return false;
    }

    // dZ from dY.
    private Tensor BeforeActivation(Tensor gradient)
    {
        if (typeof(TAct) == typeof(IdentityOp))
        {
            return gradient;
        }

        return UnaryGradient.Through(Name, _activation, TAct.SavesForSlope == Kernels.Saved.Output ? SavedOutput(2) : gradient, gradient);
    }
}
