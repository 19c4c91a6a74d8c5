namespace DeepSharp.Layers;

/// <summary>The sum over a row's labels t and all other classes c of max(0, 1 - x_t + x_c), divided by the number of classes: each label's score is to
/// be above those of all that are none.</summary>
/// <remarks>It takes memory for classes times classes of each row.</remarks>
/// <param name="reduction">What becomes of the losses of single rows.</param>
public sealed class MultiLabelMarginLoss(LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Scores, [N, C] or [C].</param>
    /// <param name="target">Labels of an integer type, shaped as the scores: a row's labels come first, and the first negative number ends them.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckDevice(prediction, "the labels", target);
        if (prediction.Rank is not (1 or 2) || !target.DType.IsInteger || target.Shape != prediction.Shape)
        {
            throw new ArgumentException(
                $"MultiLabelMarginLoss: scores {prediction.Shape} and labels {target.Shape} of {target.DType} do not fit; use [N, C], or [C], and integers of "
                + "the same shape, the first negative one of which ends a row's labels.");
        }

        prediction = prediction.HalfToSingleIfMixed();
        int classes = prediction.Shape[^1];
        Tensor labels = target.To(DType.Int64);
        Tensor isLabel = (labels >= 0).To(prediction.DType).CumulativeProduct(-1);
        labels = labels.ClampMin(0);

        // […, labels, classes]: how far a class that is none comes up to a label.
        Tensor others = 1 - (isLabel.Unsqueeze(-1) * labels.OneHot(classes, prediction.DType)).Sum(-2).ClampMax(1);
        Tensor terms = (1 - prediction.Gather(labels, -1).Unsqueeze(-1) + prediction.Unsqueeze(-2)).ReLU();
        return Reduce((terms * isLabel.Unsqueeze(-1) * others.Unsqueeze(-2)).Sum([-2, -1]) / classes);
    }
}
