namespace DeepSharp.Layers;

/// <summary>The mean over classes of max(0, margin - x_t + x_c)^power, but that of the label t itself: the hinge loss of several classes.</summary>
/// <param name="power">1 or 2.</param>
/// <param name="margin">By how much the label's score is to be above all others.</param>
/// <param name="classWeights">A weight for the losses of each label, [C], or null.</param>
/// <param name="reduction">What becomes of the losses of single rows.</param>
public sealed class MultiMarginLoss(
    int power = 1, double margin = 1, Tensor? classWeights = null, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly int _power = power is 1 or 2
        ? power
        : throw new ArgumentOutOfRangeException(nameof(power), $"MultiMarginLoss: the power is 1 or 2, not {power}.");

    /// <inheritdoc/>
    /// <param name="prediction">Scores, [N, C] or [C].</param>
    /// <param name="target">Labels of an integer type, [N] or a scalar.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckDevice(prediction, "the labels", target);
        CheckDevice(prediction, "the class weights", classWeights);
        if (prediction.Rank is not (1 or 2) || !target.DType.IsInteger || target.Rank != prediction.Rank - 1)
        {
            throw new ArgumentException(
                $"MultiMarginLoss: scores {prediction.Shape} and labels {target.Shape} of {target.DType} do not fit; use [N, C] and integers [N], "
                + "or [C] and a scalar.");
        }

        prediction = prediction.HalfToSingleIfMixed();
        Tensor labels = target.To(DType.Int64).Unsqueeze(-1);
        Tensor terms = (margin - prediction.Gather(labels, -1) + prediction).ReLU();
        if (_power == 2)
        {
            terms = terms.Square();
        }

        if (classWeights is not null)
        {
            terms *= classWeights.IndexSelect(labels.Flatten()).Reshape(labels.Shape);
        }

        int classes = prediction.Shape[^1];
        Tensor others = 1 - target.To(DType.Int64).OneHot(classes, prediction.DType);
        return Reduce((terms * others).Sum(-1) / classes);
    }
}
