using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>
/// Normalises each feature over the batch: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Ioffe, Szegedy 2015.
/// </summary>
/// <remarks>
/// <para>In training, mean and (biased) variance are the batch's, and the gradient flows through both; the running statistics
/// move by <c>momentum</c> towards the batch's mean and unbiased variance: running ← (1 - momentum) running + momentum batch. In evaluation the running statistics are used.</para>
/// <para>Without a momentum the running statistics are the averages of all batches, each with the same weight. Without running statistics,
/// evaluation takes the batch's as well.</para>
/// <para>Input [N, C], or [N, C, L], [N, C, H, W], [N, C, D, H, W], …, with statistics of each channel over N and the further axes: PyTorch's
/// BatchNorm1d, 2d and 3d. Names as there: <c>weight</c> (the paper's gamma), <c>bias</c> (its beta), <c>running_mean</c>, <c>running_var</c>
/// and <c>num_batches_tracked</c>, the number of batches that the layer was trained with. It decides something without a momentum only; with
/// one, a state may lack it.</para>
/// </remarks>
public sealed class BatchNorm : Module, IFusesActivation, INormalizesSum
{
    private readonly Tensor? _runningMean;
    private readonly Tensor? _runningVariance;
    private readonly Tensor? _batches;

    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">C.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="momentum">How far the running statistics move towards those of a batch, in [0, 1], as in PyTorch. Keras's momentum is how
    /// much of them stays: 1 minus this. Null for the average of all batches.</param>
    /// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
    /// <param name="trackRunningStatistics">Whether there are running statistics.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public BatchNorm(
        int features,
        double epsilon = 1e-5,
        double? momentum = 0.1,
        bool affine = true,
        bool trackRunningStatistics = true,
        DType dtype = DType.Float32,
        Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(BatchNorm));
        if (momentum is { } moves && !(moves >= 0 && moves <= 1))
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

        TracksRunningStatistics = trackRunningStatistics;
        if (trackRunningStatistics)
        {
            _runningMean = AddBuffer("running_mean", Tensor.Zeros(features, dtype, device));
            _runningVariance = AddBuffer("running_var", Tensor.Ones(features, dtype, device));

            // On the CPU, so that reading it waits for no device.
            _batches = AddBuffer("num_batches_tracked", Tensor.Scalar(0, DType.Int64, Device.Cpu), isOptional: momentum is not null);
        }
    }

    /// <summary>The number of features: the length C of the second axis.</summary>
    public int Features { get; }

    /// <summary>How far the running statistics move towards those of a batch; null for the average of all batches.</summary>
    public double? Momentum { get; }

    /// <summary>Whether there are running statistics.</summary>
    public bool TracksRunningStatistics { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>What multiplies each feature (gamma), [C], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each feature (beta), [C], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean, [C].</summary>
    /// <exception cref="InvalidOperationException">The layer has no running statistics.</exception>
    public Tensor RunningMean => _runningMean ?? throw NotTracked();

    /// <summary>The running variance, [C].</summary>
    /// <exception cref="InvalidOperationException">The layer has no running statistics.</exception>
    public Tensor RunningVariance => _runningVariance ?? throw NotTracked();

    // Whether the statistics are the batch's.
    private bool UsesBatch => IsTraining || !TracksRunningStatistics;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, C, …], or training has only one value for a feature.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return UsesBatch
            ? input.BatchNorm(Weight, Bias, _runningMean, _runningVariance, NextMomentum(), Epsilon)
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
        return UsesBatch
            ? input.AddBatchNorm(residual, out sum, Weight, Bias, _runningMean, _runningVariance, NextMomentum(), Epsilon)
            : input.AddBatchNormFixed(residual, out sum, Weight, Bias, RunningMean, RunningVariance, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => new OfSum(this, residual);

    Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op)
    {
        ArgumentNullException.ThrowIfNull(input);
        return UsesBatch
            ? input.BatchNorm(Weight, Bias, _runningMean, _runningVariance, NextMomentum(), Epsilon, op)
            : input.BatchNormFixed(Weight, Bias, RunningMean, RunningVariance, Epsilon, op);
    }

    /// <inheritdoc/>
    public override string ToString() => $"BatchNorm({Features}{(Weight is null ? ", not affine" : string.Empty)}"
        + $"{(TracksRunningStatistics ? string.Empty : ", no running statistics")})";

    /// <summary>What evaluation does to an input: times a scale plus a shift, each [C].</summary>
    internal (Tensor Scale, Tensor Shift) AsScale()
    {
        using NoGrad noGrad = new();
        Tensor scale = (RunningVariance + Epsilon).Rsqrt();
        scale = Weight is null ? scale : scale * Weight;
        Tensor shift = -(RunningMean * scale);
        return (scale, Bias is null ? shift : shift + Bias);
    }

    // How far this batch moves the running statistics.
    private double NextMomentum()
    {
        if (_batches is null)
        {
            return 0;
        }

        double batches = _batches.Item() + 1;
        _batches.CopyFrom<long>([(long)batches]);
        return Momentum ?? 1 / batches;
    }

    private static InvalidOperationException NotTracked() => new(
        "BatchNorm: the layer has no running statistics. Make it with trackRunningStatistics: true.");

    private Tensor Forward<TOp>(Tensor input, Tensor residual, TOp op)
        where TOp : unmanaged, IUnaryOp
    {
        ArgumentNullException.ThrowIfNull(input);
        return UsesBatch
            ? input.AddBatchNorm(residual, Weight, Bias, _runningMean, _runningVariance, NextMomentum(), Epsilon, op)
            : input.AddBatchNormFixed(residual, Weight, Bias, RunningMean, RunningVariance, Epsilon, op);
    }

    // The layer with a residual for its input, for an activation to join.
    private sealed class OfSum(BatchNorm norm, Tensor residual) : IFusesActivation
    {
        Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op) =>
            norm.Forward(input, residual, op);
    }
}
