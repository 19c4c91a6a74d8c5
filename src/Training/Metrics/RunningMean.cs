namespace DeepSharp.Training;

/// <summary>A weighted mean of device scalars that is added up on the device.</summary>
public sealed class RunningMean : IDisposable
{
    private Tensor? _sum;
    private double _weight;
    private bool _begun;

    /// <summary>Adds a scalar. The first decides on the device of the sum; others are moved there.</summary>
    /// <param name="value">A tensor of one element.</param>
    /// <param name="weight">How much it counts; the sum is divided by the weights.</param>
    /// <param name="scale">A factor for the value.</param>
    /// <exception cref="ArgumentException">The tensor has more than one element.</exception>
    public void Add(Tensor value, double weight, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Count != 1)
        {
            throw new ArgumentException($"RunningMean: the value has shape {value.Shape}, not one element.", nameof(value));
        }

        using NoGrad noGrad = new();
        if (_sum is null || (!_begun && !ReferenceEquals(_sum.Device, value.Device)))
        {
            _sum?.Dispose();
            _sum = Tensor.Zeros(Shape.Scalar, DType.Float64, value.Device);
            while (_sum.BelongsToScope)
            {
                _sum.Keep();
            }
        }

        _begun = true;
        _sum.AddInPlace(value.Detach().Reshape(Shape.Scalar).To(DType.Float64).To(_sum.Device), scale);
        _weight += weight;
    }

    /// <summary>The mean so far; NaN if there is none. Waits for the device.</summary>
    public double Result() => _sum is null || _weight == 0 ? double.NaN : _sum.Item() / _weight;

    /// <summary>Starts again.</summary>
    public void Reset()
    {
        _weight = 0;
        _begun = false;
        if (_sum is not null)
        {
            _sum.Fill(0);
        }
    }

    /// <summary>Starts again and frees the sum.</summary>
    public void Dispose()
    {
        _weight = 0;
        _begun = false;
        _sum?.Dispose();
        _sum = null;
    }
}
