using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>-(t ln p + (1 - t) ln(1 - p)) for probabilities p and targets t in [0, 1].</summary>
/// <remarks>
/// A certain prediction that is wrong would have an infinite loss. As in PyTorch, logarithms below -100 count as -100, and the gradient is
/// (p - t) / max(p (1 - p), 1e-12), which does not end where the loss is limited. Logits and <see cref="BinaryCrossEntropyWithLogitsLoss"/>
/// need no limits.
/// </remarks>
/// <param name="weights">Weights of the elements, which broadcast with them, or null.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class BinaryCrossEntropyLoss(Tensor? weights = null, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes or element types differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        CheckDevice(prediction, "the weights", weights);
        Tensor losses = Fuse.Binary<LogLossOp>(prediction, target);
        return Reduce(weights is null ? losses : losses * weights);
    }
}
