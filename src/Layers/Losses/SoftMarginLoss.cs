namespace DeepSharp.Layers;

/// <summary>ln(1 + e^(-t x)) for scores x and targets t of 1 or -1: logistic regression.</summary>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class SoftMarginLoss(LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Scores of any shape.</param>
    /// <param name="target">1 or -1, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target) => Reduce((-(target * Checked(prediction, target))).Softplus());
}
