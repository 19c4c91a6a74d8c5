namespace DeepSharp.Layers;

/// <summary>All axes behind the batch as one: [N, …] becomes [N, the product of the others].</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Flatten(1);
    }
}
