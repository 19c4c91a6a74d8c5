namespace DeepSharp.Layers;

/// <summary>Values of a normal distribution.</summary>
public class Normal : Initializer
{
    private readonly double _mean;
    private readonly Func<Shape, double> _deviation;

    /// <summary>Values with a mean and a standard deviation.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="standardDeviation">The standard deviation.</param>
    /// <exception cref="ArgumentException">The mean is not finite, or the deviation is negative or not finite.</exception>
    public Normal(double mean = 0, double standardDeviation = 0.01)
    {
        if (!double.IsFinite(mean) || !double.IsFinite(standardDeviation) || standardDeviation < 0)
        {
            throw new ArgumentException(
                $"Normal: a mean of {mean} and a standard deviation of {standardDeviation} are no distribution.", nameof(mean));
        }

        _mean = mean;
        _deviation = _ => standardDeviation;
    }

    private protected Normal(Func<Shape, double> deviation) => _deviation = deviation;

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null) =>
        Tensor.Normal(shape, _mean, _deviation(shape), dtype, device, generator);
}
