namespace DeepSharp.Layers;

/// <summary>
/// The cross-entropy of softmax(logits) and the target: -sum_c t_c w_c ln softmax(x)_c, with t the one-hot label or a
/// distribution.
/// </summary>
/// <remarks>
/// Semantics are PyTorch's: with <paramref name="labelSmoothing"/> e the target becomes (1 - e) t + e / C; the mean over labels
/// divides by the sum of the weights of the labels that are not ignored; the mean over distributions divides by the number of
/// rows. Where a target is 0 a logit may be -inf: 0 (-inf) counts as 0.
/// </remarks>
/// <param name="labelSmoothing">How much of the target is spread over all classes, in [0, 1).</param>
/// <param name="classWeights">A weight for each class, [C], or null.</param>
/// <param name="ignoreIndex">Rows with this label count nothing.</param>
/// <param name="reduction">What becomes of the losses of single rows.</param>
public sealed class CrossEntropyLoss(
    double labelSmoothing = 0, Tensor? classWeights = null, int ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
    : Loss(reduction)
{
    private readonly double _labelSmoothing = labelSmoothing >= 0 && labelSmoothing < 1
        ? labelSmoothing
        : throw new ArgumentOutOfRangeException(
            nameof(labelSmoothing), $"CrossEntropyLoss: label smoothing must be in [0, 1), not {labelSmoothing}.");

    /// <inheritdoc/>
    /// <param name="prediction">Logits [N, C], or [N, C, …] for labels [N, …], or [C] of a single sample.</param>
    /// <param name="target">Labels [N] of an integer type, or distributions of the logits' shape and type; a scalar label or a
    /// distribution [C] for logits [C].</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or there is not one weight per class.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target) => ComputeWeighted(prediction, target).Value;

    /// <inheritdoc/>
    /// <remarks>The mean over labels counts by the sum of the weights of the labels that are not ignored.</remarks>
    public override (Tensor Value, Tensor? Weight) ComputeWeighted(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckDevice(prediction, target.DType.IsInteger ? "the labels" : "the target", target);
        CheckDevice(prediction, "the class weights", classWeights);
        return target.DType.IsInteger ? OfLabels(prediction, target) : (OfDistributions(prediction, target), null);
    }

    internal override Tensor? Counts(Tensor prediction, Tensor target) =>
        target.DType.IsInteger ? WeightsOf(target, classWeights, ignoreIndex, prediction.HalfToSingleIfMixed().DType) : null;

    private (Tensor Value, Tensor? Weight) OfLabels(Tensor logits, Tensor labels)
    {
        if (logits.Rank != labels.Rank + 1)
        {
            throw new ArgumentException(
                $"CrossEntropyLoss: logits {logits.Shape} and labels {labels.Shape} do not fit; use [N, C] and [N], [N, C, …] and [N, …], or "
                + "[C] and a scalar.");
        }

        Tensor rows = Rows(logits);
        Tensor loss = rows.SoftmaxCrossEntropy(
            labels.Rank == 1 ? labels : labels.Flatten(), _labelSmoothing, classWeights, ignoreIndex, Reduction, out Tensor? weight);
        return Reduction switch
        {
            LossReduction.Mean => (loss, weight),
            LossReduction.Sum => (loss, null),
            _ => (loss.Reshape(labels.Shape).MadeBy(loss.Origin), null),
        };
    }

    private Tensor OfDistributions(Tensor logits, Tensor target)
    {
        if (target.Rank == logits.Rank - 1)
        {
            throw new ArgumentException(
                $"CrossEntropyLoss: the target {target.Shape} has the shape of labels for logits {logits.Shape}, but holds {target.DType}. Labels "
                + "are integers: convert them with To(DType.Int64). Distributions have the logits' shape.");
        }

        logits = Checked(logits, target);
        if (logits.Rank == 0)
        {
            throw new ArgumentException("CrossEntropyLoss: the logits are a scalar; use [N, C], [N, C, …] or [C].");
        }

        int axis = Math.Min(1, logits.Rank - 1);
        int classes = logits.Shape[axis];
        if (classWeights is not null && (classWeights.Shape != classes || classWeights.DType != logits.DType))
        {
            throw new ArgumentException(
                $"CrossEntropyLoss: class weights {classWeights.Shape} of {classWeights.DType} do not fit logits {logits.Shape} of {logits.DType} "
                + $"with {classes} classes. Give one weight per class, [{classes}], of the logits' type.");
        }

        Tensor losses = Rows(logits).SoftmaxCrossEntropyOfRows(Rows(target), _labelSmoothing, classWeights);
        return Reduce(losses.Reshape([.. logits.Shape.AsSpan()[..axis], .. logits.Shape.AsSpan()[(axis + 1)..]]));
    }

    // Classes stand on the second axis, or the only one; for the kernel every position is a row.
    private static Tensor Rows(Tensor logits) =>
        logits.Rank == 2 ? logits
        : logits.Rank == 1 ? logits.Unsqueeze(0)
        : logits.Permute([0, .. Enumerable.Range(2, logits.Rank - 2), 1]).AsRows();
}
