namespace DeepSharp.Layers;

/// <summary>How a parameter begins.</summary>
/// <remarks>
/// For a weight [outputs, inputs, …], fan-in is inputs times the lengths of the further axes and fan-out is outputs times them.
/// A vector's fans are its length.
/// </remarks>
public abstract class Initializer
{
    /// <summary>Draws initial values.</summary>
    /// <param name="shape">The shape of the parameter.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    public abstract Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null);

    /// <summary>The fan-in and fan-out of a shape.</summary>
    /// <exception cref="ArgumentException">One of them is larger than 2^31 - 1, of a shape without elements.</exception>
    public static (int FanIn, int FanOut) Fans(Shape shape)
    {
        if (shape.Rank < 2)
        {
            return (shape.Size, shape.Size);
        }

        return (new Shape(shape.AsSpan()[1..]).Size, new Shape([shape[0], .. shape.AsSpan()[2..]]).Size);
    }

    private protected static int Fan(Shape shape, FanMode mode) => mode == FanMode.FanIn ? Fans(shape).FanIn : Fans(shape).FanOut;

    internal Parameter CreateParameter(Shape shape, DType dtype, Device? device, Generator? generator)
    {
        if (dtype is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException(
                $"Parameter: a parameter {shape} is trained in Float32 or Float64, not {dtype}."
                + (dtype.IsHalfPrecision ? " Open a MixedPrecision for products of 16-bit factors." : string.Empty),
                nameof(dtype));
        }

        using TensorScope scope = Tensor.Scope();
        Tensor made = Given.Required(GetType().Name, "what Create returned", Create(shape, dtype, device, generator));
        return new Parameter(Given.Fitting(GetType().Name, "what Create returned", made, "the parameter", shape, dtype, device ?? Device.Default));
    }
}
