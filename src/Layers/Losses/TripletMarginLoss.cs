namespace DeepSharp.Layers;

/// <summary>max(0, |a - p| - |a - n| + margin): an anchor's distance from its like is to be less than that from another, by a margin.</summary>
/// <remarks>Balntas, Riba, Ponsa, Mikolajczyk 2016. |d| = (sum of |d_i + epsilon|^power)^(1/power) along the last axis.</remarks>
/// <param name="margin">The margin; above zero.</param>
/// <param name="power">The norm: 2 for the Euclidean one.</param>
/// <param name="epsilon">Added to differences, so that a distance of zero has a gradient.</param>
/// <param name="swap">Whether the distance of the like from the other counts if that is less.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class TripletMarginLoss(
    double margin = 1, double power = 2, double epsilon = 1e-6, bool swap = false, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly double _margin = margin > 0 && double.IsFinite(margin)
        ? margin
        : throw new ArgumentOutOfRangeException(nameof(margin), $"TripletMarginLoss: the margin must be above zero and finite, not {margin}.");

    private readonly double _power = power >= 1 && double.IsFinite(power)
        ? power
        : throw new ArgumentOutOfRangeException(nameof(power), $"TripletMarginLoss: the norm's power must be at least 1 and finite, not {power}.");

    /// <inheritdoc/>
    /// <param name="prediction">Anchors and their likes, [2, …, features], as <c>Tensor.Stack</c> makes it of two outputs.</param>
    /// <param name="target">The others, […, features], of the same element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        (Tensor anchor, Tensor positive) = Halves(prediction);
        return Compute(anchor, positive, target);
    }

    /// <summary>The loss of triplets.</summary>
    /// <param name="anchor">The anchors, […, features].</param>
    /// <param name="positive">Their likes, of the same shape and element type.</param>
    /// <param name="negative">The others, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Compute(Tensor anchor, Tensor positive, Tensor negative)
    {
        anchor = Checked(Checked(anchor, positive), negative);
        Tensor near = Distance(anchor, positive);
        Tensor far = Distance(anchor, negative);
        if (swap)
        {
            far = Tensor.Minimum(far, Distance(positive, negative));
        }

        return Reduce((near - far + _margin).Clamp(0, double.PositiveInfinity));
    }

    private Tensor Distance(Tensor a, Tensor b)
    {
        Tensor difference = a - b + epsilon;
        return _power == 2 ? difference.Square().Sum(-1).Sqrt()
            : _power == 1 ? difference.Abs().Sum(-1)
            : difference.Abs().Pow(_power).Sum(-1).Pow(1 / _power);
    }
}
