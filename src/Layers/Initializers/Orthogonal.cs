namespace DeepSharp.Layers;

/// <summary>
/// Rows, or columns if there are fewer, that are orthogonal and of length <c>gain</c>. Saxe, McClelland, Ganguli 2014.
/// </summary>
/// <remarks>Axes behind the first count as one. Computed on the host in double precision by Gram-Schmidt, done twice.</remarks>
/// <param name="gain">The length of the rows or columns.</param>
public sealed class Orthogonal(double gain = 1) : Initializer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape has fewer than two axes.</exception>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        if (shape.Rank < 2)
        {
            throw new ArgumentException($"Orthogonal: the shape {shape} has fewer than two axes.", nameof(shape));
        }

        int rows = shape[0];
        int columns = rows == 0 ? 0 : shape.Size / rows;
        int count = Math.Min(rows, columns);
        int length = Math.Max(rows, columns);
        using Tensor noise = Tensor.Normal([count, length], 0, 1, DType.Float64, Device.Cpu, generator);
        double[] basis = noise.ToArray<double>();
        for (int i = 0; i < count; i++)
        {
            Orthogonalize(basis, i, length);

            // Cancellation leaves a remainder in the first pass; the second removes it.
            Orthogonalize(basis, i, length);
        }

        double[] values = new double[shape.Size];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                int from = rows <= columns ? (row * length) + column : (column * length) + row;
                values[(row * columns) + column] = gain * basis[from];
            }
        }

        return Tensor.From(values, shape, device).To(dtype);
    }

    private static void Orthogonalize(double[] basis, int index, int length)
    {
        Span<double> vector = basis.AsSpan(index * length, length);
        for (int other = 0; other < index; other++)
        {
            ReadOnlySpan<double> fixedVector = basis.AsSpan(other * length, length);
            double overlap = 0;
            for (int i = 0; i < length; i++)
            {
                overlap += vector[i] * fixedVector[i];
            }

            for (int i = 0; i < length; i++)
            {
                vector[i] -= overlap * fixedVector[i];
            }
        }

        double norm = 0;
        foreach (double value in vector)
        {
            norm += value * value;
        }

        double scale = 1 / Math.Sqrt(norm);
        foreach (ref double value in vector)
        {
            value *= scale;
        }
    }
}
