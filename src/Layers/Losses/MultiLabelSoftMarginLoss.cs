namespace DeepSharp.Layers;

/// <summary>The mean over classes of the binary cross-entropy of logits: each class is there or not, by itself.</summary>
/// <param name="classWeights">A weight for each class, [C], or null.</param>
/// <param name="reduction">What becomes of the losses of single rows.</param>
public sealed class MultiLabelSoftMarginLoss(Tensor? classWeights = null, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly BinaryCrossEntropyWithLogitsLoss _binary = new(classWeights, reduction: LossReduction.None);

    /// <inheritdoc/>
    /// <param name="prediction">Logits, [N, C] or [C].</param>
    /// <param name="target">0 or 1 for each class, or between, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target) => Reduce(_binary.Compute(prediction, target).Mean(-1));
}
