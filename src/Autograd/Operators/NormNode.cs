using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// y = z weight + bias, where z is x normalised. In plain passes one kernel computes all gradients; otherwise they are composed of
/// differentiable operators.
/// </summary>
internal abstract class NormNode : Node
{
    // Which input weight and bias are; 0 if there is none.
    private readonly int _weight;
    private readonly int _bias;

    private protected NormNode(string name, ReadOnlySpan<Tensor> inputs, Tensor x, Tensor? weight, Tensor mean, Tensor spread)
        : base(name, inputs)
    {
        _weight = weight is null ? 0 : 1;
        _bias = inputs.Length > 1 + _weight ? 1 + _weight : 0;
        if (weight is null)
        {
            SaveInputs(x);
        }
        else
        {
            SaveInputs(x, weight);
        }

        Save(mean, spread);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor? weight = _weight > 0 ? Saved(_weight) : null;
        Tensor mean = Saved(1 + _weight);
        Tensor spread = Saved(2 + _weight);
        if (Grad.IsEnabled)
        {
            Compose(BeforeActivation(gradient), x, weight, mean, spread);
            return;
        }

        Tensor? dx = Wants(0) ? Tensor.Uninitialized(x.Shape, x.DType, x.Device, Name) : null;
        FeatureGradient dWeight = PlaceFor(_weight, x);
        FeatureGradient dBias = PlaceFor(_bias, x);
        NormGradients gradients = new(dx?.Operand, dWeight.Operand, dBias.Operand, dWeight.Adds, dBias.Adds);
        Differentiate(gradients, gradient.Contiguous().Operand, x.Operand, weight?.Contiguous().Operand, mean.Operand, spread.Operand);
        SendIfAny(0, dx);
        SendIfAny(_weight, dWeight.Fresh);
        SendIfAny(_bias, dBias.Fresh);
    }

    /// <summary>The inputs that there are.</summary>
    private protected static Tensor[] InputsOf(Tensor x, Tensor? weight, Tensor? bias) =>
        weight is null
            ? bias is null ? [x] : [x, bias]
            : bias is null ? [x, weight] : [x, weight, bias];

    private protected static bool AnyRecords(Tensor x, Tensor? weight, Tensor? bias, Tensor? residual = null) =>
        NormOperators.AnyRecords(x, weight, bias) || residual?.Records() == true;

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
    private protected int Further => 3 + _weight;

    /// <summary>The gradient of y from that of the output, by differentiable operators, where an activation lies between.</summary>
    private protected virtual Tensor BeforeActivation(Tensor gradient) => gradient;

    /// <summary>The axis of x that weight and bias belong to.</summary>
    private protected abstract int FeatureAxis(Tensor x);

    /// <summary>Runs the kernel.</summary>
    private protected abstract void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? weight, in Operand mean, in Operand spread);

    /// <summary>z, and the gradient of x from that of z, of differentiable operators.</summary>
    private protected abstract (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor spread);

    private void Compose(Tensor gradient, Tensor x, Tensor? weight, Tensor mean, Tensor spread)
    {
        (Tensor z, Func<Tensor, Tensor> chain) = Normalize(x, mean, spread);
        int axis = FeatureAxis(x);
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(a => a != axis)];
        if (Wants(0))
        {
            int[] ones = [.. Enumerable.Repeat(1, x.Rank - 1 - axis)];
            Send(0, chain(weight is null ? gradient : gradient * weight.Reshape([weight.Count, .. ones])));
        }

        if (_weight > 0 && Wants(_weight))
        {
            Send(_weight, SumOver(gradient * z));
        }

        if (_bias > 0 && Wants(_bias))
        {
            Send(_bias, SumOver(gradient));
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

    // Where a kernel writes a gradient of weight or bias: into a leaf's, or into a tensor to send.
    private readonly record struct FeatureGradient(Operand? Operand, Tensor? Fresh, bool Adds);
}
