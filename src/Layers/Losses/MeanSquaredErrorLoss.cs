namespace DeepSharp.Layers;

/// <summary>The squared distance (prediction - target)^2.</summary>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class MeanSquaredErrorLoss(LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes or element types differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        return Reduce((prediction - target).Square());
    }
}
