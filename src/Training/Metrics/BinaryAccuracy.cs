namespace DeepSharp.Training;

/// <summary>The share of elements that lie on the right side of a threshold: for networks of one output for yes and no, or of several such.</summary>
/// <remarks>
/// A prediction above the threshold is a yes, and so is a target above 0.5. The threshold goes with what the network puts out: 0.5 for
/// probabilities, as behind a sigmoid and with <see cref="Layers.BinaryCrossEntropyLoss"/>, and 0 for logits, as with
/// <see cref="Layers.BinaryCrossEntropyWithLogitsLoss"/>. Predictions and targets have one shape. These losses ignore no target; one of your own
/// may, and then this takes the same value.
/// </remarks>
public sealed class BinaryAccuracy : Metric
{
    private readonly double _threshold;
    private readonly double? _ignored;
    private Tensor? _right;
    private Tensor? _leftOut;
    private long _all;

    /// <summary>A metric with a threshold.</summary>
    /// <param name="threshold">Above it, a prediction is a yes.</param>
    /// <param name="ignored">Elements with this target count nothing; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold or the target to ignore is NaN.</exception>
    public BinaryAccuracy(double threshold = 0.5, double? ignored = null)
    {
        _threshold = !double.IsNaN(threshold)
            ? threshold
            : throw new ArgumentOutOfRangeException(nameof(threshold), $"BinaryAccuracy: the threshold must be a number, not {threshold}.");
        _ignored = ignored is not double.NaN
            ? ignored
            : throw new ArgumentOutOfRangeException(nameof(ignored), "BinaryAccuracy: the target to ignore must be a number, not NaN.");
    }

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
            _leftOut?.Dispose();
            _all = 0;
            _right = Tensor.Zeros(Shape.Scalar, DType.Int64, prediction.Device).KeepForever();
            _leftOut = _ignored is null ? null : Tensor.Zeros(Shape.Scalar, DType.Int64, prediction.Device).KeepForever();
        }

        Tensor right = !((prediction > _threshold) ^ truth);
        if (_ignored is { } ignored)
        {
            Tensor leftOut = target.Equal(ignored);
            _leftOut!.AddInPlace(leftOut.Sum());
            right &= !leftOut;
        }

        _right.AddInPlace(right.Sum());
        _all += prediction.Count;
    }

    /// <inheritdoc/>
    public override double Result()
    {
        double counted = _all - (_leftOut?.Item() ?? 0);
        return _right is null || counted == 0 ? double.NaN : _right.Item() / counted;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _right?.Fill(0);
        _leftOut?.Fill(0);
        _all = 0;
    }
}
