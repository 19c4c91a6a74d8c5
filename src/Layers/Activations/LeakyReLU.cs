namespace DeepSharp.Layers;

/// <summary>The leaky rectifier: x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public sealed class LeakyReLU(double slope = 0.01) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LeakyRelu(slope);

    /// <inheritdoc/>
    public override string ToString() => $"LeakyReLU({slope})";
}
