namespace DeepSharp.Layers;

/// <summary>
/// Rotary position embedding: at position p, features j and j + d/2 of a head turn by the angle p base^(-2j/d), so that products of queries
/// and keys depend on how far apart they are. Su et al. 2021; with the halves of GPT-NeoX and LLaMA.
/// </summary>
/// <remarks>Give it to a <see cref="MultiHeadAttention"/>, or turn queries and keys with <see cref="Forward(Tensor, int)"/>.</remarks>
public sealed class RotaryEmbedding : Module
{
    private Tensor? _cos;
    private Tensor? _sin;

    /// <summary>An embedding for heads.</summary>
    /// <param name="features">The features of a head; an even number.</param>
    /// <param name="baseAngle">The base of the angles.</param>
    /// <exception cref="ArgumentOutOfRangeException">The features are odd or below two, or the base is not above zero.</exception>
    public RotaryEmbedding(int features, double baseAngle = 10000)
    {
        if (features < 2 || features % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(features), $"RotaryEmbedding: the features of a head turn in pairs: use an even number of at least 2, not {features}.");
        }

        if (!(baseAngle > 0 && double.IsFinite(baseAngle)))
        {
            throw new ArgumentOutOfRangeException(nameof(baseAngle), $"RotaryEmbedding: the base must be positive and finite, not {baseAngle}.");
        }

        (Features, BaseAngle) = (features, baseAngle);
    }

    /// <summary>The features of a head.</summary>
    public int Features { get; }

    /// <summary>The base of the angles.</summary>
    public double BaseAngle { get; }

    /// <summary>Queries or keys, turned by the angles of their positions from 0.</summary>
    /// <param name="input">[…, positions, features].</param>
    /// <exception cref="ArgumentException">The last axis is not <c>features</c> long.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, 0);

    /// <summary>Queries or keys, turned by the angles of their positions.</summary>
    /// <param name="input">[…, positions, features].</param>
    /// <param name="start">The first position.</param>
    /// <exception cref="ArgumentException">The last axis is not <c>features</c> long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The start is negative.</exception>
    public Tensor Forward(Tensor input, int start)
    {
        ArgumentNullException.ThrowIfNull(input);
        Bounds.AtLeast(0, start, nameof(RotaryEmbedding));
        if (input.Rank < 2 || input.Shape[^1] != Features)
        {
            throw new ArgumentException(
                $"RotaryEmbedding({Features}): an input {input.Shape}. It is […, positions, {Features}], the features of one head last.", nameof(input));
        }

        Prepare(input, start + input.Shape[^2]);
        Tensor cos = _cos!.Narrow(0, start, input.Shape[^2]);
        Tensor sin = _sin!.Narrow(0, start, input.Shape[^2]);
        int half = Features / 2;
        Tensor turned = Tensor.Concatenate([-input.Narrow(-1, half, half), input.Narrow(-1, 0, half)], -1);
        return (input * cos) + (turned * sin);
    }

    /// <inheritdoc/>
    public override string ToString() => $"RotaryEmbedding({Features}{(BaseAngle == 10000 ? string.Empty : $", base {BaseAngle}")})";

    private void Prepare(Tensor input, int positions)
    {
        DType dtype = input.DType.IsHalfPrecision ? DType.Float32 : input.DType;
        if (_cos is { } made && made.Shape[0] >= positions && made.DType == dtype && ReferenceEquals(made.Device, input.Device))
        {
            return;
        }

        int length = Math.Max(64, 2 * positions);
        double[] cos = new double[length * Features];
        double[] sin = new double[length * Features];
        for (int i = 0; i < cos.Length; i++)
        {
            double angle = i / Features * Math.Pow(BaseAngle, -2.0 * (i % Features % (Features / 2)) / Features);
            (cos[i], sin[i]) = (Math.Cos(angle), Math.Sin(angle));
        }

        _cos?.Dispose();
        _sin?.Dispose();
        _cos = PositionTable.Made(cos, [length, Features], dtype, input.Device);
        _sin = PositionTable.Made(sin, [length, Features], dtype, input.Device);
    }
}
