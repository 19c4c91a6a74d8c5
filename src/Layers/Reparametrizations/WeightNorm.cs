namespace DeepSharp.Layers;

/// <summary>
/// A layer whose weight is a length times a direction: W = g v / ‖v‖, for each output by itself. Salimans, Kingma 2016:
/// <c>new WeightNorm(new Dense(64, 32))</c>.
/// </summary>
/// <remarks>g is <c>parametrizations.weight.original0</c>, as long as the axis and 1 along the others, and v, shaped as the weight,
/// <c>parametrizations.weight.original1</c>. At the start W is the layer's weight.</remarks>
public sealed class WeightNorm : Reparametrization
{
    private readonly int[] _others;

    /// <summary>A layer with a weight computed of length and direction.</summary>
    /// <param name="layer">A <see cref="Dense"/> layer or a convolution; it belongs to this one from now on.</param>
    /// <param name="axis">The axis of the weight along which lengths differ; null for one length for all of it.</param>
    /// <exception cref="ArgumentException">The layer has no weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The weight has no such axis.</exception>
    public WeightNorm(Module layer, int? axis = 0)
        : base(layer)
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        int? along = axis is { } named ? Initial.Shape.Axis(named, nameof(WeightNorm)) : null;
        _others = [.. Enumerable.Range(0, Initial.Rank).Where(other => other != along)];
        Tensor length = Length(Initial);
        Magnitude = AddPart("original0", along is null ? length.Reshape(Shape.Scalar) : length);
        Direction = AddPart("original1", Initial);
    }

    /// <summary>g.</summary>
    public Parameter Magnitude { get; }

    /// <summary>v.</summary>
    public Parameter Direction { get; }

    private protected override Tensor Weight() => Direction * (Magnitude / Length(Direction));

    private Tensor Length(Tensor v) => v.Square().Sum(_others, keepDims: true).Sqrt();
}
