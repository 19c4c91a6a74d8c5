namespace DeepSharp.Layers;

/// <summary>x where the target is 1, max(0, margin - x) where it is -1, for distances x of pairs that do and do not belong together.</summary>
/// <param name="margin">From which distance on pairs that do not belong together cost nothing.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class HingeEmbeddingLoss(double margin = 1, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Distances of any shape.</param>
    /// <param name="target">1 or -1, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);

        // As PyTorch has it, a target that is neither counts as both.
        Tensor zeros = Tensor.ZerosLike(prediction);
        Tensor apart = Tensor.Where(target.NotEqual(1), (margin - prediction).Clamp(0, double.PositiveInfinity), zeros);
        return Reduce(Tensor.Where(target.NotEqual(-1), prediction, zeros) + apart);
    }
}
