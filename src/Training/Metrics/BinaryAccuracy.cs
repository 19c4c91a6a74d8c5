namespace DeepSharp.Training;

/// <summary>The share of elements that lie on the right side of a threshold: for networks of one output for yes and no, or of several such.</summary>
/// <remarks>
/// A prediction above the threshold is a yes, and so is a target above 0.5. The threshold goes with what the network puts out: 0.5 for
/// probabilities, as behind a sigmoid and with <see cref="Layers.BinaryCrossEntropyLoss"/>, and 0 for logits, as with
/// <see cref="Layers.BinaryCrossEntropyWithLogitsLoss"/>. Predictions and targets have one shape. These losses ignore no target; one of your own
/// may, and then this takes the same value. For the value of each of several outputs see <see cref="MultiLabelAccuracy"/>.
/// </remarks>
public sealed class BinaryAccuracy : ShareMetric
{
    private readonly double _threshold;
    private readonly double? _ignored;

    /// <summary>A metric with a threshold.</summary>
    /// <param name="threshold">Above it, a prediction is a yes.</param>
    /// <param name="ignored">Elements with this target count nothing; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold or the target to ignore is NaN.</exception>
    public BinaryAccuracy(double threshold = 0.5, double? ignored = null)
    {
        _threshold = Targets.Threshold(nameof(BinaryAccuracy), threshold);
        _ignored = ignored is not double.NaN
            ? ignored
            : throw new ArgumentOutOfRangeException(nameof(ignored), "BinaryAccuracy: the target to ignore must be a number, not NaN.");
    }

    /// <inheritdoc/>
    public override string Name => "binary_accuracy";

    private protected override void Count(Tensor prediction, Tensor target)
    {
        YesNo x = Targets.OfYesNo(nameof(BinaryAccuracy), prediction, target, _threshold, _ignored);
        Add(!(x.Predicted ^ x.Actual), x.Counted);
    }
}
