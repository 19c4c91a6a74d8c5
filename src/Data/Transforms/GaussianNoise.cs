using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Adds a normally distributed number of mean 0 to every element of the features, [n, …] of Float32 or Float64.</summary>
public sealed class GaussianNoise : Transform
{
    private readonly double _deviation;

    /// <summary>Noise of a strength.</summary>
    /// <param name="standardDeviation">Its standard deviation.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public GaussianNoise(double standardDeviation) => _deviation = standardDeviation >= 0 && double.IsFinite(standardDeviation)
        ? standardDeviation
        : throw new ArgumentOutOfRangeException(
            nameof(standardDeviation), $"GaussianNoise: the standard deviation must be finite and not negative, not {standardDeviation}.");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no floating-point numbers.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        Images.RequireNumbers(batch.X, nameof(GaussianNoise));
        Tensor x = batch.X.Contiguous();
        Tensor made = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(GaussianNoise));
        if (x.Count == 0)
        {
            return batch.With(made);
        }

        // A stream of the epoch's own, in which each sample begins at a block of its own, whatever batch it is in.
        Philox words = Philox.Of((uint)place.Epoch, (uint)place.Stage, 0x4E4F4953, 0, (uint)place.Seed, (uint)(place.Seed >> 32));
        ulong key = ((ulong)words.W1 << 32) | words.W0;
        int width = x.Count / x.Shape[0];
        ulong blocks = RandomFill.Blocks(width, x.DType);
        int rows = width % (x.DType == DType.Float64 ? 2 : 4) == 0 ? x.Shape[0] : 1;
        for (int row = 0; row < x.Shape[0]; row += rows)
        {
            Operand output = Rows(made, row);
            Operand input = Rows(x, row);
            RandomFill.AddNormal(output, input, _deviation, key, (ulong)(place.Position + row) * blocks);
        }

        return batch.With(made);

        Operand Rows(Tensor tensor, int first) => tensor.Operand with
        {
            Offset = tensor.Operand.Offset + (first * width),
            Dims = [rows * width],
            Strides = [1],
        };
    }
}
