namespace DeepSharp.Training;

/// <summary>The share of elements that lie on the right side of a threshold: for networks of one output for yes and no, or of several such.</summary>
/// <remarks>
/// A prediction above the threshold is a yes, and so is a target above 0.5. The threshold goes with what the network puts out: 0.5 for
/// probabilities, as behind a sigmoid and with <see cref="Layers.BinaryCrossEntropyLoss"/>, and 0 for logits, as with
/// <see cref="Layers.BinaryCrossEntropyWithLogitsLoss"/>. Predictions and targets have one shape.
/// </remarks>
public sealed class BinaryAccuracy : Metric
{
    private readonly double _threshold;
    private Tensor? _right;
    private long _all;

    /// <summary>A metric with a threshold.</summary>
    /// <param name="threshold">Above it, a prediction is a yes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is NaN.</exception>
    public BinaryAccuracy(double threshold = 0.5) => _threshold = !double.IsNaN(threshold)
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), $"BinaryAccuracy: the threshold must be a number, not {threshold}.");

    /// <inheritdoc/>
    public override string Name => "binary_accuracy";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes or devices differ.</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException(
                $"BinaryAccuracy: the prediction has shape {prediction.Shape}, the target {target.Shape}. They must be the same; reshape the target, "
                + "for example to [N, 1]. Scores of classes [N, C] and their labels [N] go with Accuracy.");
        }

        using NoGrad noGrad = new();
        Tensor truth = target.DType.IsFloatingPoint ? target > 0.5 : target > 0;
        if (_right is null || !ReferenceEquals(_right.Device, prediction.Device))
        {
            _right?.Dispose();
            _all = 0;
            _right = Tensor.Zeros(Shape.Scalar, DType.Int64, prediction.Device).KeepForever();
        }

        _right.AddInPlace((!((prediction > _threshold) ^ truth)).Sum());
        _all += prediction.Count;
    }

    /// <inheritdoc/>
    public override double Result() => _right is null || _all == 0 ? double.NaN : _right.Item() / _all;

    /// <inheritdoc/>
    public override void Reset()
    {
        _right?.Fill(0);
        _all = 0;
    }
}
