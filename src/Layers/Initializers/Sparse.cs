namespace DeepSharp.Layers;

/// <summary>A normal distribution with so many zeros in each column of a matrix. Martens 2010: Deep learning via Hessian-free optimization.</summary>
/// <param name="sparsity">The share of zeros in each column, in [0, 1]; their number is rounded up.</param>
/// <param name="standardDeviation">The standard deviation of the others.</param>
public sealed class Sparse(double sparsity, double standardDeviation = 0.01) : Initializer
{
    private readonly double _sparsity = sparsity is >= 0 and <= 1
        ? sparsity
        : throw new ArgumentOutOfRangeException(nameof(sparsity), $"Sparse: the share of zeros must be in [0, 1], not {sparsity}.");

    private readonly Normal _values = new(0, standardDeviation);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is no matrix.</exception>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        if (shape.Rank != 2)
        {
            throw new ArgumentException($"Sparse: the shape {shape} is no matrix.", nameof(shape));
        }

        // The rows of each column in a random order: those of its smallest random numbers are zeros.
        (int rows, int columns) = (shape[0], shape[1]);
        int zeros = (int)Math.Ceiling(_sparsity * rows);
        double[] values = _values.Create(shape, DType.Float64, Device.Cpu, generator).ToArray<double>();
        double[] keys = Tensor.Uniform([columns, rows], 0, 1, DType.Float64, Device.Cpu, generator).ToArray<double>();
        for (int column = 0; column < columns; column++)
        {
            int[] order = [.. Enumerable.Range(0, rows)];
            Array.Sort(keys[(column * rows)..((column + 1) * rows)], order);
            foreach (int row in order.AsSpan(0, zeros))
            {
                values[(row * columns) + column] = 0;
            }
        }

        return Tensor.From(values, shape, device).To(dtype);
    }
}
