using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// z = (x - mean) / sqrt(variance + epsilon) along the last axis: dx = (dz - mean of dz - z mean of dz z) / sqrt(variance + epsilon).
/// </summary>
internal sealed class LayerNormNode : NormNode
{
    private readonly double _epsilon;

    private LayerNormNode(Tensor x, Tensor source, Tensor? gamma, Tensor? beta, Tensor mean, Tensor inverse, double epsilon)
        : base(nameof(NormOperators.LayerNorm), InputsOf(x, gamma, beta), source, gamma, mean, inverse) => _epsilon = epsilon;

    /// <param name="x">The input.</param>
    /// <param name="residual">Added to it, or null.</param>
    /// <param name="gamma">The scale, or null.</param>
    /// <param name="beta">The shift, or null.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="keepsSum">Whether the caller wants the sum.</param>
    /// <param name="sum">x + residual, where the caller or the backward pass wants it.</param>
    internal static Tensor Run(Tensor x, Tensor? residual, Tensor? gamma, Tensor? beta, double epsilon, bool keepsSum, out Tensor? sum)
    {
        bool records = AnyRecords(x, gamma, beta, residual);
        Tensor source = x.Contiguous();
        int rows = x.Count == 0 ? 0 : x.Count / x.Shape[^1];
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(NormOperators.LayerNorm));
        Tensor mean = Tensor.Uninitialized(rows, x.DType, x.Device, nameof(NormOperators.LayerNorm));
        Tensor inverse = Tensor.Uninitialized(rows, x.DType, x.Device, nameof(NormOperators.LayerNorm));
        sum = PlaceForSum(x, residual, keepsSum || records);
        LayerNormalization.Forward(
            y.Operand, mean.Operand, inverse.Operand, source.Operand, gamma?.Contiguous().Operand, beta?.Contiguous().Operand, epsilon,
            Added(residual, sum));
        AttachSum(x, residual, sum);
        return records ? new LayerNormNode(sum ?? x, sum ?? source, gamma, beta, mean, inverse, epsilon).Attach(y) : y;
    }

    private protected override int FeatureAxis(Tensor x) => x.Rank - 1;

    private protected override void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? gamma, in Operand mean, in Operand spread) =>
        LayerNormalization.Backward(gradients, dy, x, gamma, mean, spread);

    private protected override (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor spread)
    {
        Tensor inverse = (x.Variance([-1], correction: 0, keepDims: true) + _epsilon).Rsqrt();
        Tensor z = (x - x.Mean(-1, keepDims: true)) * inverse;
        return (z, dz => inverse * (dz - dz.Mean(-1, keepDims: true) - (z * (dz * z).Mean(-1, keepDims: true))));
    }
}
