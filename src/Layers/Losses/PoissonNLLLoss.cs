namespace DeepSharp.Layers;

/// <summary>The negative log-likelihood of counts t under Poisson distributions: e^x - t x for x = ln of the rate, or x - t ln(x + epsilon).</summary>
/// <param name="logInput">Whether the prediction is the logarithm of the rate.</param>
/// <param name="full">Whether Stirling's approximation of ln t!, t ln t - t + ln(2 pi t)/2, is added for t above 1.</param>
/// <param name="epsilon">Keeps the logarithm of a rate from zero.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class PoissonNLLLoss(
    bool logInput = true, bool full = false, double epsilon = 1e-8, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        Tensor losses = logInput ? prediction.Exp() - (target * prediction) : prediction - (target * (prediction + epsilon).Log());
        if (full)
        {
            Tensor count = Tensor.Where(target > 1, target, Tensor.OnesLike(target));
            Tensor stirling = (count * count.Log()) - count + (0.5 * (count * (2 * Math.PI)).Log());
            losses += Tensor.Where(target > 1, stirling, Tensor.ZerosLike(target));
        }

        return Reduce(losses);
    }
}
