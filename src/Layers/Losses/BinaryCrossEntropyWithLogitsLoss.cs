namespace DeepSharp.Layers;

/// <summary>Binary cross-entropy of s(x), the logistic function of logits x, without overflow: max(x, 0) - x t + ln(1 + e^-|x|).</summary>
/// <param name="weights">Weights of the elements, which broadcast with them, or null.</param>
/// <param name="positiveWeights">Weights of targets of one, which broadcast with them, to balance rare ones; or null.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class BinaryCrossEntropyWithLogitsLoss(Tensor? weights = null, Tensor? positiveWeights = null, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes or element types differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        CheckDevice(prediction, "the weights", weights);
        CheckDevice(prediction, "the weights of ones", positiveWeights);
        // (1 - t) x + (1 + (p - 1) t) softplus(-x), which is the sum above for a positive weight p of one.
        Tensor softplus = (-prediction).Softplus();
        Tensor positive = positiveWeights is null ? softplus : ((target * (positiveWeights - 1)) + 1) * softplus;
        Tensor losses = ((1 - target) * prediction) + positive;
        return Reduce(weights is null ? losses : losses * weights);
    }
}
