namespace DeepSharp.Layers;

/// <summary>The Kullback-Leibler divergence of a distribution t from one given by its logarithms x: t (ln t - x), 0 where t is 0.</summary>
/// <remarks>The sum over a row is the divergence; the mean, as in PyTorch, is that over all elements, unless <paramref name="perRow"/>.</remarks>
/// <param name="logTarget">Whether the target holds logarithms too.</param>
/// <param name="perRow">Whether a mean divides by the rows only (PyTorch's <c>batchmean</c>), which gives the mean divergence.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class KLDivergenceLoss(bool logTarget = false, bool perRow = false, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Logarithms of probabilities, such as <c>LogSoftmax</c> gives, of any shape.</param>
    /// <param name="target">Probabilities, or their logarithms, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        Tensor losses;
        if (logTarget)
        {
            losses = target.Exp() * (target - prediction);
        }
        else
        {
            // Where the target is 0, its logarithm is taken of 1: the term and its gradients are then 0.
            Tensor positive = Tensor.Where(target > 0, target, Tensor.OnesLike(target));
            losses = (target * positive.Log()) - Tensor.Where(target.NotEqual(0), target * prediction, Tensor.ZerosLike(target));
        }

        return perRow && Reduction == LossReduction.Mean && prediction.Rank > 0 ? losses.Sum() / prediction.Shape[0] : Reduce(losses);
    }
}
