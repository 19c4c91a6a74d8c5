using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// y = z gamma + beta, where z is x normalised. In plain passes one kernel computes all gradients; otherwise they are composed of
/// differentiable operators.
/// </summary>
internal abstract class NormNode : Node
{
    // Which input gamma and beta are; 0 if there is none.
    private readonly int _gamma;
    private readonly int _beta;

    private protected NormNode(string name, ReadOnlySpan<Tensor> inputs, Tensor x, Tensor? gamma, Tensor mean, Tensor spread)
        : base(name, inputs)
    {
        _gamma = gamma is null ? 0 : 1;
        _beta = inputs.Length > 1 + _gamma ? 1 + _gamma : 0;
        if (gamma is null)
        {
            SaveInputs(x);
        }
        else
        {
            SaveInputs(x, gamma);
        }

        Save(mean, spread);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor? gamma = _gamma > 0 ? Saved(_gamma) : null;
        Tensor mean = Saved(1 + _gamma);
        Tensor spread = Saved(2 + _gamma);
        if (Grad.IsEnabled)
        {
            Compose(BeforeActivation(gradient), x, gamma, mean, spread);
            return;
        }

        Tensor? dx = Wants(0) ? Tensor.Uninitialized(x.Shape, x.DType, x.Device, Name) : null;
        FeatureGradient dGamma = PlaceFor(_gamma, x);
        FeatureGradient dBeta = PlaceFor(_beta, x);
        NormGradients gradients = new(dx?.Operand, dGamma.Operand, dBeta.Operand, dGamma.Adds, dBeta.Adds);
        Differentiate(gradients, gradient.Contiguous().Operand, x.Operand, gamma?.Contiguous().Operand, mean.Operand, spread.Operand);
        SendIfAny(0, dx);
        SendIfAny(_gamma, dGamma.Fresh);
        SendIfAny(_beta, dBeta.Fresh);
    }

    /// <summary>The inputs that there are.</summary>
    private protected static Tensor[] InputsOf(Tensor x, Tensor? gamma, Tensor? beta) =>
        gamma is null
            ? beta is null ? [x] : [x, beta]
            : beta is null ? [x, gamma] : [x, gamma, beta];

    private protected static bool AnyRecords(Tensor x, Tensor? gamma, Tensor? beta, Tensor? residual = null) =>
        NormOperators.AnyRecords(x, gamma, beta) || residual?.Records() == true;

    /// <summary>A tensor for x + residual, if there is a residual and the sum is wanted.</summary>
    private protected static Tensor? PlaceForSum(Tensor x, Tensor? residual, bool wanted) =>
        residual is null || !wanted ? null : Tensor.Uninitialized(x.Shape, x.DType, x.Device, "Add");

    /// <summary>What the kernel is given to add.</summary>
    private protected static NormResidual? Added(Tensor? residual, Tensor? sum) =>
        residual is null ? null : new NormResidual(residual.Contiguous().Operand, sum?.Operand);

    /// <summary>Gives the sum that the kernel has written its place in the graph, between x and the residual and this operator.</summary>
    private protected static void AttachSum(Tensor x, Tensor? residual, Tensor? sum)
    {
        if (sum is not null && residual is not null && (x.Records() || residual.Records()))
        {
            new AddNode(x, residual, 1).Attach(sum);
        }
    }

    /// <summary>The number of the first tensor saved behind those of this class.</summary>
    private protected int Further => 3 + _gamma;

    /// <summary>The gradient of y from that of the output, by differentiable operators, where an activation lies between.</summary>
    private protected virtual Tensor BeforeActivation(Tensor gradient) => gradient;

    /// <summary>The axis of x that gamma and beta belong to.</summary>
    private protected abstract int FeatureAxis(Tensor x);

    /// <summary>Runs the kernel.</summary>
    private protected abstract void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? gamma, in Operand mean, in Operand spread);

    /// <summary>z, and the gradient of x from that of z, of differentiable operators.</summary>
    private protected abstract (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor spread);

    private void Compose(Tensor gradient, Tensor x, Tensor? gamma, Tensor mean, Tensor spread)
    {
        (Tensor z, Func<Tensor, Tensor> chain) = Normalize(x, mean, spread);
        int axis = FeatureAxis(x);
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(a => a != axis)];
        if (Wants(0))
        {
            int[] ones = [.. Enumerable.Repeat(1, x.Rank - 1 - axis)];
            Send(0, chain(gamma is null ? gradient : gradient * gamma.Reshape([gamma.Count, .. ones])));
        }

        if (_gamma > 0 && Wants(_gamma))
        {
            Send(_gamma, SumOver(gradient * z));
        }

        if (_beta > 0 && Wants(_beta))
        {
            Send(_beta, SumOver(gradient));
        }

        // No axes would mean all.
        Tensor SumOver(Tensor terms) => others.Length == 0 ? terms : terms.Sum(others);
    }

    private void SendIfAny(int input, Tensor? gradient)
    {
        if (gradient is not null)
        {
            Send(input, gradient);
        }
    }

    private FeatureGradient PlaceFor(int input, Tensor x)
    {
        if (input == 0 || !Wants(input))
        {
            return default;
        }

        if (TryAccumulateInto(input, out Operand sum, out bool adds))
        {
            return new(sum, null, adds);
        }

        Tensor fresh = Tensor.Uninitialized(x.Shape[FeatureAxis(x)], x.DType, x.Device, Name);
        return new(fresh.Operand, fresh, false);
    }

    // Where a kernel writes a gradient of gamma or beta: into a leaf's, or into a tensor to send.
    private readonly record struct FeatureGradient(Operand? Operand, Tensor? Fresh, bool Adds);
}
