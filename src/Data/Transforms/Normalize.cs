using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>(x - mean) / standard deviation, of each channel or feature: in every batch, those of an evaluation too.</summary>
/// <remarks>Features [n, channels, …] of Float32 or Float64, or of any shape with one number for all. With those of the training part alone,
/// <c>Normalize.By(train)</c>, nothing of the others is learnt.</remarks>
public sealed class Normalize : Transform
{
    private readonly double[] _mean;
    private readonly double[] _deviation;

    /// <summary>A normalisation by known numbers.</summary>
    /// <param name="mean">A number for each channel, or one for all.</param>
    /// <param name="standardDeviation">As many, not 0.</param>
    /// <exception cref="ArgumentException">There are not as many of the one as of the other, or a standard deviation is 0 or not finite.</exception>
    public Normalize(ReadOnlySpan<double> mean, ReadOnlySpan<double> standardDeviation)
    {
        if (mean.Length == 0 || mean.Length != standardDeviation.Length)
        {
            throw new ArgumentException(
                $"Normalize: there must be as many standard deviations as means, at least one, not {standardDeviation.Length} and {mean.Length}.",
                nameof(standardDeviation));
        }

        foreach (double deviation in standardDeviation)
        {
            if (!(deviation > 0 && double.IsFinite(deviation)))
            {
                throw new ArgumentException($"Normalize: a standard deviation must be finite and above 0, not {deviation}.", nameof(standardDeviation));
            }
        }

        _mean = mean.ToArray();
        _deviation = standardDeviation.ToArray();
    }

    /// <summary>The means.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The standard deviations.</summary>
    public IReadOnlyList<double> StandardDeviation => _deviation;

    /// <inheritdoc/>
    public override bool IsRandom => false;

    /// <summary>The mean and the standard deviation of each channel (the second axis; of [n, height, width], of all) of a data set's batches.</summary>
    /// <remarks>In double precision, one batch in memory at a time, over all samples once: the standard deviation is that of the samples, divided by
    /// their number. Of a channel that is constant it is 1.</remarks>
    /// <param name="data">The data, such as the part that trains.</param>
    /// <exception cref="ArgumentException">There are no samples, or they are no floating-point numbers.</exception>
    public static Normalize By(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        RunningMoments moments = new();
        foreach (Batch batch in data.Batches(1000, shuffle: false))
        {
            Images.RequireNumbers(batch.X, nameof(Normalize));
            moments.Add(batch.X, batch.X.Rank is 2 or > 3 ? 1 : null);
        }

        return moments.Mean is { } mean && moments.Variance is { } variance
            ? new Normalize(mean, [.. variance.Select(static v => v > 0 ? Math.Sqrt(v) : 1)])
            : throw new ArgumentException("Normalize: there are no samples to take the mean of.", nameof(data));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features have another number of channels, or are no floating-point numbers.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        Tensor x = batch.X;
        Images.RequireNumbers(x, nameof(Normalize));
        int channels = _mean.Length;
        if (x.Rank == 0 || (channels > 1 && (x.Rank < 2 || x.Shape[1] != channels)))
        {
            throw new ArgumentException($"Normalize: features {x.Shape} do not have the {channels} channels of the means on their second axis.");
        }

        using Tensor table = Tensor.From((double[])[.. _mean, .. _deviation], Device.Cpu);
        using Tensor typed = table.To(x.DType).To(x.Device);
        int rows = x.Shape[0];
        int size = rows == 0 ? 0 : x.Count / rows / channels;
        return batch.With(Images.Mapped(x, default(NormalizeMap), new ImageShape(rows, channels, 1, size, 1, size), nameof(Normalize), table: typed));
    }
}
