namespace DeepSharp.Layers;

/// <summary>The smooth rectifier ln(1 + e^x).</summary>
public sealed class Softplus : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softplus();
}
