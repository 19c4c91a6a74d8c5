using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>
/// Normalises each feature over the batch: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Ioffe, Szegedy 2015.
/// </summary>
/// <remarks>
/// <para>In training, mean and (biased) variance are the batch's, and the gradient flows through both; the running statistics
/// move by <c>momentum</c> towards the batch's mean and unbiased variance: running ← (1 - momentum) running + momentum batch. In evaluation the running statistics are used.</para>
/// <para>Input [N, C], or [N, C, …] with statistics over N and the further axes. Names as in PyTorch: <c>weight</c> (the paper's gamma),
/// <c>bias</c> (its beta), <c>running_mean</c>, <c>running_var</c>.</para>
/// </remarks>
public sealed class BatchNorm : Module, IFusesActivation, INormalizesSum
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">C.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="momentum">How far the running statistics move towards those of a batch, in [0, 1], as in PyTorch. Keras's momentum is how
    /// much of them stays: 1 minus this.</param>
    /// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public BatchNorm(
        int features, double epsilon = 1e-5, double momentum = 0.1, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(BatchNorm));
        if (!(momentum >= 0 && momentum <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(momentum), $"BatchNorm: the momentum must be in [0, 1], not {momentum}.");
        }

        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"BatchNorm: epsilon must be finite and not negative, not {epsilon}.");
        }

        Features = features;
        Momentum = momentum;
        Epsilon = epsilon;
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
            Bias = Add("bias", Constant.Zeros.CreateParameter(features, dtype, device, null));
        }

        RunningMean = AddBuffer("running_mean", Tensor.Zeros(features, dtype, device));
        RunningVariance = AddBuffer("running_var", Tensor.Ones(features, dtype, device));
    }

    /// <summary>The number of features: the length C of the second axis.</summary>
    public int Features { get; }

    /// <summary>How far the running statistics move towards those of a batch.</summary>
    public double Momentum { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>What multiplies each feature (gamma), [C], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each feature (beta), [C], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean, [C].</summary>
    public Tensor RunningMean { get; }

    /// <summary>The running variance, [C].</summary>
    public Tensor RunningVariance { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, C, …], or training has only one value for a feature.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining
            ? input.BatchNorm(Weight, Bias, RunningMean, RunningVariance, Momentum, Epsilon)
            : input.BatchNormFixed(Weight, Bias, RunningMean, RunningVariance, Epsilon);
    }

    /// <summary>The output for input + residual, which one pass adds and takes the statistics of.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <exception cref="ArgumentException">The sum is not [N, C, …], training has only one value for a feature, or the residual does not
    /// go with the input.</exception>
    public Tensor Forward(Tensor input, Tensor residual) => Forward(input, residual, default(IdentityOp));

    /// <summary>The output for input + residual, and the sum, which networks that normalise first carry on.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <param name="sum">input + residual.</param>
    /// <exception cref="ArgumentException">The sum is not [N, C, …], training has only one value for a feature, or the residual does not
    /// go with the input.</exception>
    public Tensor Forward(Tensor input, Tensor residual, out Tensor sum)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining
            ? input.AddBatchNorm(residual, out sum, Weight, Bias, RunningMean, RunningVariance, Momentum, Epsilon)
            : input.AddBatchNormFixed(residual, out sum, Weight, Bias, RunningMean, RunningVariance, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => new OfSum(this, residual);

    Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining
            ? input.BatchNorm(Weight, Bias, RunningMean, RunningVariance, Momentum, Epsilon, op)
            : input.BatchNormFixed(Weight, Bias, RunningMean, RunningVariance, Epsilon, op);
    }

    /// <inheritdoc/>
    public override string ToString() => $"BatchNorm({Features}{(Weight is null ? ", not affine" : string.Empty)})";

    private Tensor Forward<TOp>(Tensor input, Tensor residual, TOp op)
        where TOp : unmanaged, IUnaryOp
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining
            ? input.AddBatchNorm(residual, Weight, Bias, RunningMean, RunningVariance, Momentum, Epsilon, op)
            : input.AddBatchNormFixed(residual, Weight, Bias, RunningMean, RunningVariance, Epsilon, op);
    }

    // The layer with a residual for its input, for an activation to join.
    private sealed class OfSum(BatchNorm norm, Tensor residual) : IFusesActivation
    {
        Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op) =>
            norm.Forward(input, residual, op);
    }
}
