namespace DeepSharp.Layers;

/// <summary>1 - cos(a, b) for pairs that belong together (target 1), max(0, cos(a, b) - margin) for others (target -1).</summary>
/// <param name="margin">How similar pairs that do not belong together may be, in [-1, 1].</param>
/// <param name="reduction">What becomes of the losses of single elements.</param>
public sealed class CosineEmbeddingLoss(double margin = 0, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    // As in PyTorch: under the root of each squared length.
    private const double Epsilon = 1e-12;

    /// <inheritdoc/>
    /// <param name="prediction">Both sides of the pairs, [2, N, features], as <c>Tensor.Stack</c> makes it of two outputs.</param>
    /// <param name="target">1 or -1, [N], of the same element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target)
    {
        (Tensor first, Tensor second) = Halves(prediction);
        return Compute(first, second, target);
    }

    /// <summary>The loss of pairs.</summary>
    /// <param name="first">[N, features].</param>
    /// <param name="second">[N, features].</param>
    /// <param name="target">1 or -1, [N], of the same element type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Compute(Tensor first, Tensor second, Tensor target)
    {
        first = Checked(first, second);
        ArgumentNullException.ThrowIfNull(target);
        Tensor product = (first * second).Sum(-1);
        Tensor lengths = (first.Square().Sum(-1) + Epsilon) * (second.Square().Sum(-1) + Epsilon);
        Tensor cosine = Checked(product * lengths.Rsqrt(), target);
        Tensor apart = (cosine - margin).Clamp(0, double.PositiveInfinity);
        return Reduce(
            Tensor.Where(target.Equal(1), 1 - cosine, Tensor.Where(target.Equal(-1), apart, Tensor.ZerosLike(cosine))));
    }
}
