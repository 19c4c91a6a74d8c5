namespace DeepSharp.Layers;

/// <summary>
/// Normalises each sample along its last axis: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. Ba, Kiros, Hinton 2016.
/// </summary>
/// <remarks>
/// The variance is the biased one. Training and evaluation are the same. Input […, features]; names as in PyTorch:
/// <c>weight</c> (gamma) and <c>bias</c> (beta).
/// </remarks>
public sealed class LayerNorm : Module
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the last axis.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="affine">Whether there are gamma (first one) and beta (first zero).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public LayerNorm(int features, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "LayerNorm: epsilon must be finite and not negative.");
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

    /// <summary>gamma, [features], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta, [features], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank > 0 && input.Shape[^1] == Features
            ? input.LayerNorm(Weight, Bias, Epsilon)
            : throw new ArgumentException($"LayerNorm({Features}): an input {input.Shape}. Its last axis must be {Features} long.", nameof(input));
    }

    /// <inheritdoc/>
    public override string ToString() => $"LayerNorm({Features}{(Weight is null ? ", not affine" : string.Empty)})";
}
