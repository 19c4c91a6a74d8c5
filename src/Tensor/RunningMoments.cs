namespace DeepSharp;

/// <summary>Mean and variance of channels, batch by batch, in double precision.</summary>
/// <remarks>Within a batch in two passes, and batches joined as Chan, Golub and LeVeque do (1979): no digits are lost where the mean is large.</remarks>
internal sealed class RunningMoments
{
    private double[]? _mean;
    private double[]? _squares;
    private double _count;

    /// <summary>The means; null before the first sample.</summary>
    internal double[]? Mean => _mean;

    /// <summary>The variances: sums of squares by the number of samples.</summary>
    internal double[]? Variance => _squares is null ? null : [.. _squares.Select(sum => sum / _count)];

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="axis">Along which axis channels stand; null if all elements are of one.</param>
    internal void Add(Tensor batch, int? axis)
    {
        if (batch.Count == 0)
        {
            return;
        }

        double[] values;
        using (Tensor.Scope())
        {
            values = batch.To(Device.Cpu).To(DType.Float64).ToArray<double>();
        }

        int channels = axis is { } along ? batch.Shape[along] : 1;
        int inner = 1;
        for (int i = (axis ?? batch.Rank) + 1; i < batch.Rank; i++)
        {
            inner *= batch.Shape[i];
        }

        inner = axis is null ? values.Length : inner;
        int count = values.Length / channels;
        _mean ??= new double[channels];
        _squares ??= new double[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            double sum = 0;
            for (int at = channel * inner; at < values.Length; at += channels * inner)
            {
                for (int i = 0; i < inner; i++)
                {
                    sum += values[at + i];
                }
            }

            double mean = sum / count;
            double squares = 0;
            for (int at = channel * inner; at < values.Length; at += channels * inner)
            {
                for (int i = 0; i < inner; i++)
                {
                    squares += (values[at + i] - mean) * (values[at + i] - mean);
                }
            }

            double step = mean - _mean[channel];
            double total = _count + count;
            _mean[channel] += step * (count / total);
            _squares[channel] += squares + (step * step * (_count * count / total));
        }

        _count += count;
    }
}
