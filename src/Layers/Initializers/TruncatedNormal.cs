namespace DeepSharp.Layers;

/// <summary>Values of a normal distribution within limits: those beyond are not drawn, rather than moved. PyTorch's trunc_normal_.</summary>
public sealed class TruncatedNormal : Initializer
{
    private readonly double _mean;
    private readonly double _deviation;
    private readonly double _low;
    private readonly double _high;

    /// <summary>Values between two limits.</summary>
    /// <param name="mean">The mean of the whole distribution.</param>
    /// <param name="standardDeviation">The standard deviation of the whole distribution. What is drawn deviates less.</param>
    /// <param name="low">The lower limit, a value and no number of deviations.</param>
    /// <param name="high">The upper limit.</param>
    /// <exception cref="ArgumentException">The mean is not finite, the deviation not above 0 and finite, or the upper limit not above the
    /// lower.</exception>
    public TruncatedNormal(double mean = 0, double standardDeviation = 1, double low = -2, double high = 2)
    {
        if (!double.IsFinite(mean) || !(standardDeviation > 0 && double.IsFinite(standardDeviation)) || !(low < high))
        {
            throw new ArgumentException(
                $"TruncatedNormal: a mean of {mean} and a standard deviation of {standardDeviation} from {low} to {high} are no distribution. The deviation "
                + "is above 0, and the upper limit above the lower.",
                nameof(standardDeviation));
        }

        (_mean, _deviation, _low, _high) = (mean, standardDeviation, low, high);
    }

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null) =>
        Tensor.TruncatedNormal(shape, _mean, _deviation, _low, _high, dtype, device, generator);
}
