namespace DeepSharp.Layers;

/// <summary>One axis as several: the opposite of <see cref="Flatten"/>.</summary>
/// <param name="axis">The axis, from the end if negative.</param>
/// <param name="lengths">The lengths in its place; one may be -1, and follows from the others.</param>
public sealed class Unflatten(int axis, params int[] lengths) : Module
{
    private readonly int[] _lengths = lengths ?? throw new ArgumentNullException(nameof(lengths));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lengths do not multiply to that of the axis.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int at = input.Shape.Axis(axis, nameof(Unflatten));
        int[] whole = input.Shape.ToArray();

        int known = _lengths.Where(static length => length != -1).Aggregate(1, static (product, length) => product * length);
        int[] parts = Array.ConvertAll(_lengths, length => length == -1 && known > 0 ? whole[at] / known : length);
        return parts.Aggregate(1L, static (product, length) => product * length) == whole[at]
            ? input.Reshape([.. whole[..at], .. parts, .. whole[(at + 1)..]])
            : throw new ArgumentException($"{this}: axis {at} of an input {input.Shape} is {whole[at]} long. Use lengths of this product.", nameof(input));
    }

    /// <inheritdoc/>
    public override string ToString() => $"Unflatten({axis}, {string.Join(", ", _lengths.Select(static length => $"{length}"))})";
}
