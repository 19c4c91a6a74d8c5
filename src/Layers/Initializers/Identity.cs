namespace DeepSharp.Layers;

/// <summary>Ones on the diagonal of a matrix and zeros elsewhere: a layer that begins by passing its input on.</summary>
public sealed class Identity : Initializer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is no matrix.</exception>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        if (shape.Rank != 2)
        {
            throw new ArgumentException($"Identity: the shape {shape} is no matrix. Use Dirac for convolutions.", nameof(shape));
        }

        double[] values = new double[shape.Size];
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++)
        {
            values[(i * shape[1]) + i] = 1;
        }

        return Tensor.From(values, shape, device).To(dtype);
    }
}
