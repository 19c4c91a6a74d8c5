namespace DeepSharp.Layers;

/// <summary>Values uniform in an interval.</summary>
public class Uniform : Initializer
{
    private readonly Func<Shape, (double Low, double High)> _interval;

    /// <summary>Values in [low, high).</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <exception cref="ArgumentException">The ends are not finite or in the wrong order.</exception>
    public Uniform(double low, double high)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || low > high)
        {
            throw new ArgumentException($"Uniform: the interval from {low} to {high} is empty or not finite.", nameof(low));
        }

        _interval = _ => (low, high);
    }

    private protected Uniform(Func<Shape, double> bound) => _interval = shape => (-bound(shape), bound(shape));

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        (double low, double high) = _interval(shape);
        return Tensor.Uniform(shape, low, high, dtype, device, generator);
    }
}
