namespace DeepSharp.Layers;

/// <summary>max(0, margin - t (a - b)): a is to be above b, by a margin, where the target t is 1, and below it where t is -1.</summary>
/// <param name="margin">The margin.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class MarginRankingLoss(double margin = 0, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Both sides, [2, …], as <c>Tensor.Stack</c> makes it of two outputs.</param>
    /// <param name="target">1 or -1, […], of the same element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        (Tensor first, Tensor second) = Halves(prediction);
        return Compute(first, second, target);
    }

    /// <summary>The loss of pairs.</summary>
    /// <param name="first">Scores of any shape.</param>
    /// <param name="second">Of the same shape and element type.</param>
    /// <param name="target">1 or -1, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Compute(Tensor first, Tensor second, Tensor target)
    {
        first = Checked(Checked(first, second), target);
        return Reduce((margin - (target * (first - second))).Clamp(0, double.PositiveInfinity));
    }
}
