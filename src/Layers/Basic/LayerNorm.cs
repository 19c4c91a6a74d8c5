namespace DeepSharp.Layers;

/// <summary>
/// Normalises each sample along its last axis: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Ba, Kiros, Hinton 2016.
/// </summary>
/// <remarks>
/// The variance is the biased one. Training and evaluation are the same. Input […, features]; names as in PyTorch:
/// <c>weight</c> (the paper's gain) and <c>bias</c>.
/// </remarks>
public sealed class LayerNorm : Module, INormalizesSum
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the last axis.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public LayerNorm(int features, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(LayerNorm));
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"LayerNorm: epsilon must be finite and not negative, not {epsilon}.");
        }

        Features = features;
        Epsilon = epsilon;
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
            Bias = Add("bias", Constant.Zeros.CreateParameter(features, dtype, device, null));
        }
    }

    /// <summary>The length of the last axis.</summary>
    public int Features { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>What multiplies each feature (the gain), [features], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each feature, [features], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long.</exception>
    public override Tensor Forward(Tensor input)
    {
        Check(input);
        return input.LayerNorm(Weight, Bias, Epsilon);
    }

    /// <summary>The output for input + residual, which one pass adds and normalises.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual)
    {
        Check(input);
        return input.AddLayerNorm(residual, Weight, Bias, Epsilon);
    }

    /// <summary>The output for input + residual, and the sum, which networks that normalise first carry on.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <param name="sum">input + residual.</param>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual, out Tensor sum)
    {
        Check(input);
        return input.AddLayerNorm(residual, out sum, Weight, Bias, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => null;

    /// <inheritdoc/>
    public override string ToString() => $"LayerNorm({Features}{(Weight is null ? ", not affine" : string.Empty)})";

    private void Check(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[^1] != Features)
        {
            throw new ArgumentException($"LayerNorm({Features}): an input {input.Shape}. Its last axis must be {Features} long.", nameof(input));
        }
    }
}
