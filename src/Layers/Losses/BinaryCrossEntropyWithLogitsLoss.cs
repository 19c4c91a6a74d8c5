using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>Binary cross-entropy of s(x), the logistic function of logits x: p t ln(1 + e^-x) + (1 - t) ln(1 + e^x), without overflow and
/// without loss of digits where a logit is confident; p is 1, or the weight of ones.</summary>
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
        // The two sides of the sum, neither of which is negative: the one would cancel the other's digits if they were joined.
        Tensor losses = positiveWeights is null
            ? Fuse.Binary<LogitLossOp>(prediction, target)
            : Fuse.Binary<Combine<IdentityOp, Then<NegOp, SoftplusOp>, WeightOp>>(target * positiveWeights, prediction)
                + Fuse.Binary<Combine<IdentityOp, SoftplusOp, WeightOp>>(1 - target, prediction);
        return Reduce(weights is null ? losses : losses * weights);
    }
}
