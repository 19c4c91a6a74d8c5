namespace DeepSharp.Layers;

/// <summary>
/// Normalises each sample along its last axis, or its last axes: y = x / sqrt(mean of x^2 + epsilon) * weight. Zhang, Sennrich 2019: Root Mean Square Layer
/// Normalization.
/// </summary>
/// <remarks>
/// As <see cref="LayerNorm"/> without the mean and the shift, as many language models have it. Training and evaluation are the same.
/// Input […, features]; the name is PyTorch's: <c>weight</c> (the gain).
/// </remarks>
public sealed class RMSNorm : Module, INormalizesSum
{
    /// <summary>A layer for a number of features.</summary>
    /// <param name="features">The length of the last axis, or the lengths of the last axes: <c>[16, 8, 8]</c>.</param>
    /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the input's element type if null, as in PyTorch.</param>
    /// <param name="affine">Whether there is a weight (first one).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public RMSNorm(Shape features, double? epsilon = null, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        foreach (int length in features)
        {
            Bounds.AtLeast(1, length, nameof(RMSNorm), nameof(features));
        }

        if (features.Rank == 0)
        {
            throw new ArgumentException("RMSNorm: there is no axis. Give the lengths of one or more.", nameof(features));
        }

        if (epsilon is { } given && !(given >= 0 && double.IsFinite(given)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"RMSNorm: epsilon must be finite and not negative, not {epsilon}.");
        }

        (NormalizedShape, Features) = (features, features.Size);
        Epsilon = epsilon;
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(features, dtype, device, null));
        }
    }

    /// <summary>The lengths of the last axes.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>The number of elements that are normalised together: the length of the last axis, or the product of several.</summary>
    public int Features { get; }

    /// <summary>Keeps the divisor from zero; null for the machine epsilon of the input's element type.</summary>
    public double? Epsilon { get; }

    /// <summary>The weight, of their shape, or null.</summary>
    public Parameter? Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input's last axes have other lengths.</exception>
    public override Tensor Forward(Tensor input)
    {
        Check(input);
        return IsOfRows ? input.RMSNorm(Weight, Epsilon) : input.RMSNorm(NormalizedShape, Weight, Epsilon);
    }

    /// <summary>The output for input + residual, which one pass adds and normalises.</summary>
    /// <param name="input">The input.</param>
    /// <param name="residual">Added to it; shaped as it is, or it broadcasts.</param>
    /// <exception cref="ArgumentException">The input's last axes have other lengths, or the residual does not go with it.</exception>
    public Tensor Forward(Tensor input, Tensor residual)
    {
        Check(input);
        return IsOfRows ? input.AddRMSNorm(residual, Weight, Epsilon) : Forward(input, residual, out _);
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
            return input.AddRMSNorm(residual, out sum, Weight, Epsilon);
        }

        ArgumentNullException.ThrowIfNull(residual);
        sum = input + residual;
        return sum.RMSNorm(NormalizedShape, Weight, Epsilon);
    }

    IFusesActivation? INormalizesSum.With(Tensor residual) => null;

    /// <inheritdoc/>
    public override string ToString() => $"{Title}{(Weight is null ? ", not affine" : string.Empty)})";

    private bool IsOfRows => NormalizedShape.Rank == 1;

    private string Title => $"RMSNorm({(IsOfRows ? $"{Features}" : $"{NormalizedShape}")}";

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
