namespace DeepSharp.Layers;

/// <summary>
/// Normalises each sample along its last axis, or its last axes: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Ba, Kiros, Hinton 2016.
/// </summary>
/// <remarks>
/// The variance is the biased one. Training and evaluation are the same. Input […, features]; names as in PyTorch:
/// <c>weight</c> (the paper's gain) and <c>bias</c>.
/// </remarks>
public sealed class LayerNorm : Module, INormalizesSum
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the last axis, or the lengths of the last axes: <c>[16, 8, 8]</c>.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public LayerNorm(Shape features, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        foreach (int length in features)
        {
            Bounds.AtLeast(1, length, nameof(LayerNorm), nameof(features));
        }

        if (features.Rank == 0)
        {
            throw new ArgumentException("LayerNorm: there is no axis. Give the lengths of one or more.", nameof(features));
        }

        Bounds.Epsilon(epsilon, nameof(LayerNorm));
        (NormalizedShape, Features) = (features, features.Size);
        Epsilon = epsilon;
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
            Bias = Add("bias", Constant.Zeros.CreateParameter(features, dtype, device, null));
        }
    }

    /// <summary>The lengths of the last axes.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>The number of elements that are normalised together: the length of the last axis, or the product of several.</summary>
    public int Features { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>What multiplies each feature (the gain), of their shape, or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each feature, of their shape, or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input's last axes have other lengths.</exception>
    public override Tensor Forward(Tensor input)
    {
        Check(input);
        return IsOfRows ? input.LayerNorm(Weight, Bias, Epsilon) : input.LayerNorm(NormalizedShape, Weight, Bias, Epsilon);
    }

    /// <summary>The output for input + residual, which one pass adds and normalises.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <exception cref="ArgumentException">The input's last axes have other lengths, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual)
    {
        Check(input);
        return IsOfRows ? input.AddLayerNorm(residual, Weight, Bias, Epsilon) : Forward(input, residual, out _);
    }

    /// <summary>The output for input + residual, and the sum, which networks that normalise first carry on.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <param name="sum">input + residual.</param>
    /// <exception cref="ArgumentException">The input's last axes have other lengths, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual, out Tensor sum)
    {
        Check(input);
        if (IsOfRows)
        {
            return input.AddLayerNorm(residual, out sum, Weight, Bias, Epsilon);
        }

        ArgumentNullException.ThrowIfNull(residual);
        sum = input + residual;
        return sum.LayerNorm(NormalizedShape, Weight, Bias, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => null;

    /// <inheritdoc/>
    public override string ToString() => $"{Title}{(Weight is null ? ", not affine" : string.Empty)})";

    private bool IsOfRows => NormalizedShape.Rank == 1;

    private string Title => $"LayerNorm({(IsOfRows ? $"{Features}" : $"{NormalizedShape}")}";

    private void Check(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int axes = NormalizedShape.Rank;
        if (input.Rank < axes || !input.Shape.AsSpan()[^axes..].SequenceEqual(NormalizedShape.AsSpan()))
        {
            throw new ArgumentException(
                $"{Title}): an input {input.Shape}. Its last {(IsOfRows ? "axis" : $"{axes} axes")} must be {(IsOfRows ? $"{Features}" : $"{NormalizedShape}")} long.",
                nameof(input));
        }
    }
}
