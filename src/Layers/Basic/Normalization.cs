namespace DeepSharp.Layers;

/// <summary>Normalises features by the mean and variance of data that it has been adapted to: (x - mean) / max(√variance, 1e-7). Keras's layer of this name.</summary>
/// <remarks>
/// <para><see cref="Adapt(Tensor)"/> takes the statistics, once and before training, of the training part of the data. They are buffers, <c>mean</c> and <c>variance</c>:
/// saved with the network, and not trained; before, mean is 0 and variance 1. The gradient flows through to the input.</para>
/// <para>It is the network's own, so that whoever predicts with it gives it data as it comes. See <c>DeepSharp.Data.Normalize</c> for a data set's.</para>
/// </remarks>
public sealed class Normalization : Module
{
    // Keras's epsilon.
    private const double LeastDeviation = 1e-7;

    private readonly int? _axis;

    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the axis.</param>
    /// <param name="axis">The axis whose places have statistics of their own: -1 for the last, 1 for the channels of images; null for one mean and
    /// variance of all elements, with features 1.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below one, or above it without an axis.</exception>
    public Normalization(int features, int? axis = -1, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(Normalization));
        if (axis is null && features != 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(features), $"Normalization: without an axis there is one mean and variance, so features must be 1, not {features}.");
        }

        Features = features;
        _axis = axis;
        Mean = AddBuffer("mean", Tensor.Zeros(features, dtype, device));
        Variance = AddBuffer("variance", Tensor.Ones(features, dtype, device));
    }

    /// <summary>The number of features.</summary>
    public int Features { get; }

    /// <summary>The mean of each feature, [features].</summary>
    public Tensor Mean { get; }

    /// <summary>The variance of each feature, [features]: the mean of the squared distances.</summary>
    public Tensor Variance { get; }

    /// <summary>Takes the statistics of samples, in double precision, in the place of those that there are.</summary>
    /// <param name="data">The samples: what <see cref="Forward"/> will be given.</param>
    /// <exception cref="ArgumentException">There are no samples, or they have another number of features.</exception>
    public void Adapt(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Adapt([data]);
    }

    /// <summary>Takes the statistics of samples that come in batches, such as those of data that does not fit in memory.</summary>
    /// <inheritdoc cref="Adapt(Tensor)"/>
    /// <param name="batches">The batches. One is in memory at a time, if they are made so.</param>
    public void Adapt(IEnumerable<Tensor> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        RunningMoments moments = new();
        foreach (Tensor batch in batches)
        {
            ArgumentNullException.ThrowIfNull(batch, nameof(batches));
            moments.Add(batch, AxisOf(batch));
        }

        if (moments.Mean is not { } mean || moments.Variance is not { } variance)
        {
            throw new ArgumentException("Normalization: there are no samples to adapt to.", nameof(batches));
        }

        using TensorScope scope = Tensor.Scope();
        Mean.CopyFrom(Tensor.From(mean, Device.Cpu).To(Mean.DType).To(Mean.Device));
        Variance.CopyFrom(Tensor.From(variance, Device.Cpu).To(Mean.DType).To(Mean.Device));
    }

    /// <summary>The axis of the features, or null for one mean of all elements.</summary>
    public int? Axis => _axis;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another number of features.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Tensor mean, Tensor deviation) = Statistics(input);
        return (input - mean) / deviation;
    }

    /// <summary>Back from normalised features: mean + x max(√variance, 1e-7). Keras's <c>invert=True</c>.</summary>
    /// <param name="input">What is shaped as an output.</param>
    /// <exception cref="ArgumentException">The input has another number of features.</exception>
    public Tensor Inverse(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Tensor mean, Tensor deviation) = Statistics(input);
        return (input * deviation) + mean;
    }

    private (Tensor Mean, Tensor Deviation) Statistics(Tensor input)
    {
        int[] dims = [Features];
        if (AxisOf(input) is { } axis)
        {
            dims = [Features, .. Enumerable.Repeat(1, input.Rank - axis - 1)];
        }

        return (Mean.Reshape(dims), Variance.Sqrt().ClampMin(LeastDeviation).Reshape(dims));
    }

    private int? AxisOf(Tensor input)
    {
        if (_axis is not { } axis)
        {
            return null;
        }

        int place = axis < 0 ? axis + input.Rank : axis;
        return place >= 0 && place < input.Rank && input.Shape[place] == Features
            ? place
            : throw new ArgumentException($"Normalization: the input {input.Shape} does not have {Features} features on axis {axis}.");
    }
}
