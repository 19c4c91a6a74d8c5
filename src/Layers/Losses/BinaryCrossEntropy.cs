namespace DeepSharp.Layers;

/// <summary>-(t ln p + (1 - t) ln(1 - p)) for probabilities p and targets t in [0, 1].</summary>
/// <param name="weights">Weights of the elements, which broadcast with them, or null.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class BinaryCrossEntropy(Tensor? weights = null, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes or element types differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        Tensor yes = LogOf(prediction);
        Tensor no = LogOf(1 - prediction);
        Tensor losses = -((target * yes) + ((1 - target) * no));
        return Reduce(weights is null ? losses : losses * weights);

        // A probability of zero would have an infinite loss, and a slope that is not a number; PyTorch too limits the logarithm
        // to -100.
        static Tensor LogOf(Tensor p)
        {
            Tensor positive = p.Detach() > 0;
            Tensor one = Tensor.OnesLike(p);
            return Tensor.Where(positive, Tensor.Where(positive, p, one).Log(), one * -100).Clamp(-100, double.PositiveInfinity);
        }
    }
}
