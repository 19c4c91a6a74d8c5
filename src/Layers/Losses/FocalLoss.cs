namespace DeepSharp.Layers;

/// <summary>The binary cross-entropy of logits times (1 - p)^gamma, p the probability of what is right: easy examples count little.</summary>
/// <remarks>Lin, Goyal, Girshick, He, Dollar 2017. With gamma 0 and no alpha it is <see cref="BinaryCrossEntropyWithLogitsLoss"/>.</remarks>
/// <param name="gamma">How much easy examples are held back; zero or above.</param>
/// <param name="alpha">The weight of what is there, in [0, 1], against 1 - alpha for what is not; null for no weights.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class FocalLoss(double gamma = 2, double? alpha = 0.25, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly BinaryCrossEntropyWithLogitsLoss _binary = new(reduction: LossReduction.None);

    private readonly double _gamma = gamma >= 0 && double.IsFinite(gamma)
        ? gamma
        : throw new ArgumentOutOfRangeException(nameof(gamma), $"FocalLoss: gamma must not be negative and must be finite, not {gamma}.");

    private readonly double? _alpha = alpha is null or (>= 0 and <= 1)
        ? alpha
        : throw new ArgumentOutOfRangeException(nameof(alpha), $"FocalLoss: alpha must be in [0, 1], not {alpha}.");

    /// <inheritdoc/>
    /// <param name="prediction">Logits of any shape.</param>
    /// <param name="target">0 or 1, of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);

        // 1 - p without cancellation: the probability of what is wrong.
        Tensor wrong = ((1 - (2 * target)) * prediction).Sigmoid();
        Tensor losses = _binary.Compute(prediction, target) * wrong.Pow(_gamma);
        return Reduce(_alpha is { } weight ? losses * ((weight * target) + ((1 - weight) * (1 - target))) : losses);
    }
}
