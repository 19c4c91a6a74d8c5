namespace DeepSharp.Layers;

/// <summary>The axes from one to another as one; by default all behind the batch: [N, …] becomes [N, the product of the others].</summary>
/// <param name="first">The first of the axes, from the end if negative.</param>
/// <param name="last">The last of them, from the end if negative.</param>
public sealed class Flatten(int first = 1, int last = -1) : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has no such axis, or the last one comes before the first.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Flatten(first, last);
    }

    /// <inheritdoc/>
    public override string ToString() => (first, last) == (1, -1) ? nameof(Flatten) : $"Flatten({first}, {last})";
}
