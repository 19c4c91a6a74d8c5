namespace DeepSharp.Layers;

/// <summary>The negative log-likelihood of targets under normal distributions: (ln v + (x - t)^2 / v) / 2, v = max(variance, epsilon).</summary>
/// <remarks>Nix, Weigend 1994. The limit of the variance, as in PyTorch, does not take part in its gradient.</remarks>
/// <param name="full">Whether ln(2 pi) / 2 is added.</param>
/// <param name="epsilon">The least variance; above zero.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class GaussianNLLLoss(bool full = false, double epsilon = 1e-6, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly double _epsilon = epsilon > 0 && double.IsFinite(epsilon)
        ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), $"GaussianNLLLoss: epsilon must be above zero and finite, not {epsilon}.");

    /// <inheritdoc/>
    /// <param name="prediction">Means and variances, [2, …]: as <c>Tensor.Stack</c> makes them of two outputs.</param>
    /// <param name="target">[…], of the same element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        (Tensor mean, Tensor variance) = Halves(prediction);
        return Compute(mean, variance, target);
    }

    /// <summary>The loss of means and variances.</summary>
    /// <param name="mean">The means, of any shape.</param>
    /// <param name="variance">The variances, not negative; of the same shape, or it broadcasts to it.</param>
    /// <param name="target">Of the means' shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Compute(Tensor mean, Tensor variance, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(variance);
        mean = Checked(mean, target);

        // The limit adds what is missing, which is no function of the variance.
        Tensor missing = (_epsilon - variance.Detach()).Clamp(0, double.PositiveInfinity);
        Tensor limited = variance + missing;
        Tensor losses = 0.5 * (limited.Log() + ((mean - target).Square() / limited));
        return Reduce(full ? losses + (0.5 * Math.Log(2 * Math.PI)) : losses);
    }
}
