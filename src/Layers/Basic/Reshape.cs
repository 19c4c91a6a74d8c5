namespace DeepSharp.Layers;

/// <summary>Each sample in another shape: [N, …] becomes [N, shape…], as <c>new Reshape(1, 28, 28)</c> makes an image of one channel of a
/// row of 784 numbers.</summary>
/// <param name="shape">The lengths behind the batch; one may be -1, and follows from the others.</param>
public sealed class Reshape(params int[] shape) : Module
{
    private readonly int[] _shape = shape ?? throw new ArgumentNullException(nameof(shape));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sample has another number of elements.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == 0
            ? throw new ArgumentException($"{this}: an input without axes. The first axis must be the batch.", nameof(input))
            : input.Reshape([input.Shape[0], .. _shape]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Reshape({string.Join(", ", _shape.Select(static length => $"{length}"))})";
}
