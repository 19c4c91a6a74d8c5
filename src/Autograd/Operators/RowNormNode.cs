using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>A normalisation of each row, along the last axis, of an input or of the sum of two.</summary>
internal abstract class RowNormNode : NormNode
{
    private protected RowNormNode(string name, in RowNorm made, Tensor x, Tensor? weight, Tensor? bias, double epsilon)
        : base(name, InputsOf(x, weight, bias), made.Sum ?? made.Source, weight, made.Mean ?? made.Inverse, made.Inverse) => Epsilon = epsilon;

    private protected double Epsilon { get; }

    private protected override int FeatureAxis(Tensor x) => x.Rank - 1;

    /// <summary>Runs the kernel.</summary>
    /// <param name="name">The operator.</param>
    /// <param name="x">The input.</param>
    /// <param name="residual">Added to it, or null.</param>
    /// <param name="weight">The weight, or null.</param>
    /// <param name="bias">What is added to each feature, or null.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="keepsSum">Whether the caller wants the sum.</param>
    /// <param name="hasMean">Whether the operator takes the mean.</param>
    private protected static RowNorm Run<TOp>(
        string name, Tensor x, Tensor? residual, Tensor? weight, Tensor? bias, double epsilon, bool keepsSum, bool hasMean)
        where TOp : unmanaged, IRowOp
    {
        bool records = AnyRecords(x, weight, bias, residual);
        int count = x.Count == 0 ? 0 : x.Count / x.Shape[^1];
        RowNorm made = new(
            Tensor.Uninitialized(x.Shape, x.DType, x.Device, name),
            x.Contiguous(),
            PlaceForSum(x, residual, keepsSum || records),
            hasMean ? Tensor.Uninitialized(count, x.DType, x.Device, name) : null,
            Tensor.Uninitialized(count, x.DType, x.Device, name),
            records);
        RowOperands operands = new()
        {
            A = made.Source.Operand.AsRows(),
            B = residual?.Contiguous().Operand.AsRows(),
            G = weight?.Contiguous().Operand,
            H = bias?.Contiguous().Operand,
            S = epsilon,
            Output = made.Y.Operand.AsRows(),
            Kept = made.Sum?.Operand.AsRows(),
            LastP = made.Mean?.Operand,
            LastQ = made.Inverse.Operand,
        };
        if (residual is null)
        {
            Rows.Run<TOp>(name, operands);
        }
        else
        {
            Rows.Run<OfSum<TOp>>(name, operands);
        }

        AttachSum(x, residual, made.Sum);
        return made;
    }

    /// <summary>Runs the kernel of the backward pass.</summary>
    private protected void Differentiate<TOp>(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? weight, in Operand mean, in Operand inverse)
        where TOp : unmanaged, IRowOp, IRowColumns =>
        Rows.Run<TOp>(
            Name,
            new RowOperands()
            {
                A = x.AsRows(),
                B = dy.AsRows(),
                G = weight,
                FirstP = mean,
                FirstQ = inverse,
                Output = gradients.Input?.AsRows(),
            },
            gradients);

    /// <summary>What a forward pass made.</summary>
    /// <param name="Y">The output.</param>
    /// <param name="Source">The input, contiguous.</param>
    /// <param name="Sum">The input plus the residual, where somebody wants it.</param>
    /// <param name="Mean">The mean of each row, if it is taken.</param>
    /// <param name="Inverse">The reciprocal of what each row was divided by.</param>
    /// <param name="Records">Whether the output has a place in the graph.</param>
    private protected readonly record struct RowNorm(Tensor Y, Tensor Source, Tensor? Sum, Tensor? Mean, Tensor Inverse, bool Records);
}

/// <summary>
/// z = (x - mean) / sqrt(variance + epsilon) along the last axis: dx = (dz - mean of dz - z mean of dz z) / sqrt(variance + epsilon).
/// </summary>
internal sealed class LayerNormNode : RowNormNode
{
    private LayerNormNode(in RowNorm made, Tensor x, Tensor? weight, Tensor? bias, double epsilon)
        : base("LayerNorm", made, x, weight, bias, epsilon)
    {
    }

    internal static Tensor Run(Tensor x, Tensor? residual, Tensor? weight, Tensor? bias, double epsilon, bool keepsSum, out Tensor? sum)
    {
        RowNorm made = Run<LayerNormOp>("LayerNorm", x, residual, weight, bias, epsilon, keepsSum, hasMean: true);
        sum = made.Sum;
        return made.Records ? new LayerNormNode(made, sum ?? x, weight, bias, epsilon).Attach(made.Y) : made.Y;
    }

    private protected override void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? weight, in Operand mean, in Operand spread) =>
        Differentiate<LayerNormGradientOp>(gradients, dy, x, weight, mean, spread);

    private protected override (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor spread)
    {
        Tensor inverse = (x.Variance([-1], correction: 0, keepDims: true) + Epsilon).Rsqrt();
        Tensor z = (x - x.Mean(-1, keepDims: true)) * inverse;
        return (z, dz => inverse * (dz - dz.Mean(-1, keepDims: true) - (z * (dz * z).Mean(-1, keepDims: true))));
    }
}

/// <summary>z = x / sqrt(mean of x^2 + epsilon) along the last axis: dx = (dz - z mean of dz z) / sqrt(mean of x^2 + epsilon).</summary>
internal sealed class RMSNormNode : RowNormNode
{
    private RMSNormNode(in RowNorm made, Tensor x, Tensor? weight, double epsilon)
        : base("RMSNorm", made, x, weight, null, epsilon)
    {
    }

    internal static Tensor Run(Tensor x, Tensor? residual, Tensor? weight, double epsilon, bool keepsSum, out Tensor? sum)
    {
        RowNorm made = Run<RMSNormOp>("RMSNorm", x, residual, weight, null, epsilon, keepsSum, hasMean: false);
        sum = made.Sum;
        return made.Records ? new RMSNormNode(made, sum ?? x, weight, epsilon).Attach(made.Y) : made.Y;
    }

    private protected override void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? weight, in Operand mean, in Operand spread) =>
        Differentiate<RMSNormGradientOp>(gradients, dy, x, weight, mean, spread);

    private protected override (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor spread)
    {
        Tensor inverse = (x.Square().Mean(-1, keepDims: true) + Epsilon).Rsqrt();
        Tensor z = x * inverse;
        return (z, dz => inverse * (dz - (z * (dz * z).Mean(-1, keepDims: true))));
    }
}
