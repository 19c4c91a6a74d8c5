namespace DeepSharp.Layers;

/// <summary>
/// Normalises each channel of each sample: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Ulyanov, Vedaldi, Lempitsky 2016.
/// </summary>
/// <remarks>
/// With running statistics, training moves them by <c>momentum</c> towards the samples' means and unbiased variances, averaged over the batch,
/// and evaluation uses them; without, which is the default, both take the sample's own. Names as in PyTorch: <c>weight</c>, <c>bias</c>,
/// <c>running_mean</c>, <c>running_var</c>, and <c>num_batches_tracked</c>, which stays 0 there, too. An input without the axis of the batch gives an output without it.
/// </remarks>
public abstract class InstanceNorm : Module
{
    private readonly int _axes;
    private readonly Tensor? _runningMean;
    private readonly Tensor? _runningVariance;

    private protected InstanceNorm(
        int axes, int features, double epsilon, double momentum, bool affine, bool trackRunningStatistics, DType dtype, Device? device)
    {
        string name = GetType().Name;
        Bounds.AtLeast(1, features, name);
        Bounds.Epsilon(epsilon, name);
        if (!(momentum >= 0 && momentum <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(momentum), $"{name}: the momentum must be in [0, 1], not {momentum}.");
        }

        (_axes, Features, Epsilon, Momentum, TracksRunningStatistics) = (axes, features, epsilon, momentum, trackRunningStatistics);
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
            Bias = Add("bias", Constant.Zeros.CreateParameter(features, dtype, device, null));
        }

        if (trackRunningStatistics)
        {
            _runningMean = AddBuffer("running_mean", Tensor.Zeros(features, dtype, device));
            _runningVariance = AddBuffer("running_var", Tensor.Ones(features, dtype, device));
            _ = AddBuffer("num_batches_tracked", Tensor.Scalar(0, DType.Int64, Device.Cpu), isOptional: true);
        }
    }

    /// <summary>The number of channels, C.</summary>
    public int Features { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>How far the running statistics move.</summary>
    public double Momentum { get; }

    /// <summary>Whether there are running statistics.</summary>
    public bool TracksRunningStatistics { get; }

    /// <summary>What multiplies each channel, [C], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each channel, [C], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another shape, or one value for each channel of a sample.</exception>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int channel = input.Rank - _axes - 1;
        if (channel is not (0 or 1) || input.Shape[channel] != Features)
        {
            string lengths = _axes == 1 ? "L" : _axes == 2 ? "H, W" : "D, H, W";
            throw new ArgumentException($"{this}: an input {input.Shape}. Use [N, {Features}, {lengths}] or [{Features}, {lengths}].", nameof(input));
        }

        Tensor x = channel == 0 ? input.Unsqueeze(0) : input;
        Tensor y = TracksRunningStatistics && !IsTraining
            ? x.BatchNormFixed(Weight, Bias, _runningMean!, _runningVariance!, Epsilon)
            : x.InstanceNorm(Weight, Bias, _runningMean, _runningVariance, Momentum, Epsilon);
        return channel == 0 ? y.Squeeze(0) : y;
    }

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name}({Features}{(Weight is null ? string.Empty : ", affine")}"
        + $"{(TracksRunningStatistics ? ", running statistics" : string.Empty)})";
}
