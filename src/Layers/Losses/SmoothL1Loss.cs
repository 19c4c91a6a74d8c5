namespace DeepSharp.Layers;

/// <summary>Squared near the target, linear far from it, with slope 1: d^2 / (2 beta) where |d| &lt; beta, else |d| - beta/2. Girshick 2015.</summary>
/// <remarks>This is <see cref="HuberLoss"/> divided by beta; with beta 0 it is the absolute error.</remarks>
/// <param name="beta">Where the loss turns linear; zero or above.</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class SmoothL1Loss(double beta = 1, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    private readonly double _beta = beta >= 0 && double.IsFinite(beta)
        ? beta
        : throw new ArgumentOutOfRangeException(nameof(beta), $"SmoothL1Loss: beta must not be negative and must be finite, not {beta}.");

    /// <inheritdoc/>
    /// <param name="prediction">What the network put out, of any shape.</param>
    /// <param name="target">Of the same shape and element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices differ.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        prediction = Checked(prediction, target);
        Tensor distance = (prediction - target).Abs();
        if (_beta == 0)
        {
            return Reduce(distance);
        }

        Tensor near = distance.Clamp(0, _beta);
        return Reduce(near * (distance - (near * 0.5)) / _beta);
    }
}
