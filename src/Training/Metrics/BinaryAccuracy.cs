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
        RunningState.MoveTo(ref _right, Shape.Scalar, prediction.Device);
        RunningState.MoveTo(ref _leftOut, Shape.Scalar, prediction.Device);
        Tensor right = !((prediction > _threshold) ^ truth);
        if (_ignored is { } ignored)
        {
            Tensor leftOut = target.Equal(ignored);
            _leftOut.AddInPlace(leftOut.Sum());
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

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>
    {
        ["right"] = Tensor.Scalar(_right?.Item() ?? 0, DType.Int64, Device.Cpu),
        ["left_out"] = Tensor.Scalar(_leftOut?.Item() ?? 0, DType.Int64, Device.Cpu),
        ["all"] = Tensor.Scalar(_all, DType.Int64, Device.Cpu),
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is missing.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        RunningState.Require(nameof(BinaryAccuracy), state, ("right", null), ("left_out", null), ("all", null));
        RunningState.Take(ref _right, state["right"].Reshape(Shape.Scalar));
        RunningState.Take(ref _leftOut, state["left_out"].Reshape(Shape.Scalar));
        _all = (long)state["all"].Item();
    }
}
