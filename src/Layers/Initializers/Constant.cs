namespace DeepSharp.Layers;

/// <summary>One value everywhere.</summary>
/// <param name="value">The value.</param>
public sealed class Constant(double value) : Initializer
{
    /// <summary>Zero everywhere.</summary>
    public static Constant Zeros { get; } = new(0);

    /// <summary>One everywhere.</summary>
    public static Constant Ones { get; } = new(1);

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null) =>
        Tensor.Full(shape, value, dtype, device);
}
