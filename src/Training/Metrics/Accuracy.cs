namespace DeepSharp.Training;

/// <summary>The share of rows whose largest output is that of their label, among the rows that are not ignored.</summary>
/// <remarks>Predictions are scores [N, C]; targets are labels [N], or distributions [N, C] whose largest entry is the label.
/// For a single output see <see cref="BinaryAccuracy"/>.</remarks>
/// <param name="ignoreIndex">Rows with this label count nothing, as in <see cref="Layers.CrossEntropyLoss"/>, whose default it is.</param>
public sealed class Accuracy(int ignoreIndex = -100) : Metric
{
    private Tensor? _counts;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is one class only.</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Rank != 2 || target.Rank is 0 or > 2 || target.Shape[0] != prediction.Shape[0]
            || (target.Rank == 2 && target.Shape != prediction.Shape))
        {
            throw new ArgumentException(
                $"Accuracy: scores {prediction.Shape} and targets {target.Shape} do not fit; use [N, C] and [N] or [N, C].");
        }

        if (prediction.Shape[1] == 1)
        {
            throw new ArgumentException(
                $"Accuracy: scores {prediction.Shape} are of one class, which is always the largest. Use BinaryAccuracy, with a threshold of 0 for "
                + "logits and 0.5 for probabilities.");
        }

        using NoGrad noGrad = new();
        RunningState.MoveTo(ref _counts, 2, prediction.Device);

        prediction.CountCorrect(target.Rank == 2 ? target.ArgMax(1) : target, _counts, ignoreIndex);
    }

    /// <inheritdoc/>
    public override double Result()
    {
        if (_counts is null)
        {
            return double.NaN;
        }

        long[] counts = _counts.ToArray<long>();
        return (double)counts[0] / counts[1];
    }

    /// <inheritdoc/>
    public override void Reset() => _counts?.Fill(0);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _counts is null
        ? new Dictionary<string, Tensor> { ["counts"] = Tensor.Zeros(2, DType.Int64, Device.Cpu) }
        : new Dictionary<string, Tensor> { ["counts"] = _counts };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing or has another shape.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        RunningState.Require(nameof(Accuracy), state, ("counts", new Shape(2)));
        RunningState.Take(ref _counts, state["counts"]);
    }
}
