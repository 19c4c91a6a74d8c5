namespace DeepSharp.Layers;

/// <summary>Squared near the target, linear far from it: d^2/2 where |d| &lt;= delta, else delta (|d| - delta/2). Huber 1964.</summary>
/// <param name="delta">Where the loss turns linear; above zero.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class HuberLoss(double delta = 1, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly double _delta = delta > 0 && double.IsFinite(delta)
        ? delta
        : throw new ArgumentOutOfRangeException(nameof(delta), $"HuberLoss: delta must be above zero and finite, not {delta}.");

    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes or element types differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        Tensor distance = (prediction - target).Abs();

        // With m = min(|d|, delta), both branches are m (|d| - m/2): one formula without a mask.
        Tensor near = distance.Clamp(0, _delta);
        return Reduce(near * (distance - (near * 0.5)));
    }
}
