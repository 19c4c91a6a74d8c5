using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// y = z gamma + beta with z = (x - mean) / sqrt(variance + epsilon): dbeta = the sum of g, dgamma = the sum of g z, and
/// dx = gamma / sqrt(variance + epsilon) (g - mean of g - z mean of g z), or without the means if the statistics are constants.
/// </summary>
internal sealed class BatchNormNode : Node
{
    private readonly bool _fixed;
    private readonly double _epsilon;

    // Which input gamma and beta are; 0 if there is none.
    private readonly int _gamma;
    private readonly int _beta;

    private BatchNormNode(ReadOnlySpan<Tensor> inputs, Tensor x, Tensor? gamma, Tensor mean, Tensor spread, bool isFixed, double epsilon)
        : base(nameof(NormOperators.BatchNorm), inputs)
    {
        _fixed = isFixed;
        _epsilon = epsilon;
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

    /// <summary>With the batch's statistics.</summary>
    internal static Tensor Run(
        Tensor x, Tensor? gamma, Tensor? beta, Tensor? runningMean, Tensor? runningVariance, double momentum, double epsilon)
    {
        Tensor source = x.Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(NormOperators.BatchNorm));
        Tensor mean = Tensor.Uninitialized(x.Shape[1], x.DType, x.Device, nameof(NormOperators.BatchNorm));
        Tensor inverse = Tensor.Uninitialized(x.Shape[1], x.DType, x.Device, nameof(NormOperators.BatchNorm));
        BatchNormalization.Forward(
            y.Operand, mean.Operand, inverse.Operand, source.Operand, gamma?.Contiguous().Operand, beta?.Contiguous().Operand,
            runningMean?.Operand, runningVariance?.Operand, momentum, epsilon);
        return Attach(y, x, source, gamma, beta, mean, inverse, false, epsilon);
    }

    /// <summary>With given statistics, which take no gradient.</summary>
    internal static Tensor RunFixed(Tensor x, Tensor? gamma, Tensor? beta, Tensor mean, Tensor variance, double epsilon)
    {
        Tensor source = x.Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(NormOperators.BatchNorm));
        BatchNormalization.Evaluate(
            y.Operand, source.Operand, gamma?.Contiguous().Operand, beta?.Contiguous().Operand, mean.Contiguous().Operand,
            variance.Contiguous().Operand, epsilon);
        return Attach(y, x, source, gamma, beta, mean, variance, true, epsilon);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor? gamma = _gamma > 0 ? Saved(_gamma) : null;
        Tensor mean = Saved(1 + _gamma);
        Tensor spread = Saved(2 + _gamma);
        if (Grad.IsEnabled)
        {
            Compose(gradient, x, gamma, mean, spread);
            return;
        }

        Tensor? dx = Wants(0) ? Tensor.Uninitialized(x.Shape, x.DType, x.Device, Name) : null;
        FeatureGradient dGamma = PlaceFor(_gamma, x);
        FeatureGradient dBeta = PlaceFor(_beta, x);
        NormGradients gradients = new(dx?.Operand, dGamma.Operand, dBeta.Operand, dGamma.Adds, dBeta.Adds);
        Operand given = gradient.Contiguous().Operand;
        Operand? scale = gamma?.Contiguous().Operand;
        if (_fixed)
        {
            BatchNormalization.EvaluateBackward(
                gradients, given, x.Operand, scale, mean.Contiguous().Operand, spread.Contiguous().Operand, _epsilon);
        }
        else
        {
            BatchNormalization.Backward(gradients, given, x.Operand, scale, mean.Operand, spread.Operand);
        }

        SendIfAny(0, dx);
        SendIfAny(_gamma, dGamma.Fresh);
        SendIfAny(_beta, dBeta.Fresh);
    }

    private static Tensor Attach(
        Tensor y, Tensor x, Tensor source, Tensor? gamma, Tensor? beta, Tensor mean, Tensor spread, bool isFixed, double epsilon)
    {
        if (!x.Records() && gamma?.Records() != true && beta?.Records() != true)
        {
            return y;
        }

        if (isFixed)
        {
            // A layer's running statistics may move on before the backward pass.
            mean = mean.Clone();
            spread = spread.Clone();
        }

        ReadOnlySpan<Tensor> inputs = gamma is null
            ? beta is null ? [x] : [x, beta]
            : beta is null ? [x, gamma] : [x, gamma, beta];
        return new BatchNormNode(inputs, source, gamma, mean, spread, isFixed, epsilon).Attach(y);
    }

    // Of differentiable operators, for gradients of gradients.
    private void Compose(Tensor gradient, Tensor x, Tensor? gamma, Tensor mean, Tensor spread)
    {
        int[] axes = NormOperators.FeatureAxes(x);
        Tensor inverse = _fixed
            ? (NormOperators.PerFeature(x, spread) + _epsilon).Rsqrt()
            : (x.Variance(axes, correction: 0, keepDims: true) + _epsilon).Rsqrt();
        Tensor z = (x - (_fixed ? NormOperators.PerFeature(x, mean) : x.Mean(axes, keepDims: true))) * inverse;
        if (Wants(0))
        {
            Tensor dz = gamma is null ? gradient : gradient * NormOperators.PerFeature(x, gamma);
            Send(0, _fixed
                ? dz * inverse
                : inverse * (dz - dz.Mean(axes, keepDims: true) - (z * (dz * z).Mean(axes, keepDims: true))));
        }

        if (_gamma > 0 && Wants(_gamma))
        {
            Send(_gamma, (gradient * z).Sum(axes));
        }

        if (_beta > 0 && Wants(_beta))
        {
            Send(_beta, gradient.Sum(axes));
        }
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

        if (TryAccumulateInto(input, out Operand sum))
        {
            return new(sum, null);
        }

        Tensor fresh = Tensor.Uninitialized(x.Shape[1], x.DType, x.Device, Name);
        return new(fresh.Operand, fresh);
    }

    // Where a kernel writes a gradient of gamma or beta: into a leaf's, or into a tensor to send.
    private readonly record struct FeatureGradient(Operand? Operand, Tensor? Fresh)
    {
        internal bool Adds => Operand is not null && Fresh is null;
    }
}
