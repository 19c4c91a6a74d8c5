namespace DeepSharp.Layers;

/// <summary>
/// Normalises each sample along its last axis: y = x / sqrt(mean of x^2 + epsilon) * weight. Zhang, Sennrich 2019: Root Mean Square Layer
/// Normalization.
/// </summary>
/// <remarks>
/// As <see cref="LayerNorm"/> without the mean and the shift, as many language models have it. Training and evaluation are the same.
/// Input […, features]; the name is PyTorch's: <c>weight</c> (the gain).
/// </remarks>
public sealed class RMSNorm : Module, INormalizesSum
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the last axis.</param>
    /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the input's element type if null, as in PyTorch.</param>
    /// <param name="affine">Whether there is a weight (first one).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public RMSNorm(int features, double? epsilon = null, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(RMSNorm));
        if (epsilon is { } given && !(given >= 0 && double.IsFinite(given)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"RMSNorm: epsilon must be finite and not negative, not {epsilon}.");
        }

        Features = features;
        Epsilon = epsilon;
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
        }
    }

    /// <summary>The length of the last axis.</summary>
    public int Features { get; }

    /// <summary>Keeps the divisor from zero; null for the machine epsilon of the input's element type.</summary>
    public double? Epsilon { get; }

    /// <summary>The weight, [features], or null.</summary>
    public Parameter? Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long.</exception>
    public override Tensor Forward(Tensor input)
    {
        Check(input);
        return input.RMSNorm(Weight, Epsilon);
    }

    /// <summary>The output for input + residual, which one pass adds and normalises.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual)
    {
        Check(input);
        return input.AddRMSNorm(residual, Weight, Epsilon);
    }

    /// <summary>The output for input + residual, and the sum, which networks that normalise first carry on.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <param name="sum">input + residual.</param>
    /// <exception cref="ArgumentException">The input's last axis is not <c>features</c> long, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual, out Tensor sum)
    {
        Check(input);
        return input.AddRMSNorm(residual, out sum, Weight, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => null;

    /// <inheritdoc/>
    public override string ToString() => $"RMSNorm({Features}{(Weight is null ? ", not affine" : string.Empty)})";

    private void Check(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[^1] != Features)
        {
            throw new ArgumentException($"RMSNorm({Features}): an input {input.Shape}. Its last axis must be {Features} long.", nameof(input));
        }
    }
}
