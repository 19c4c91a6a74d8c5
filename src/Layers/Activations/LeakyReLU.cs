using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The leaky rectifier: x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public sealed class LeakyReLU(double slope = 0.01) : Activation<LeakyReLUOp>(new(slope))
{
    /// <inheritdoc/>
    public override string ToString() => $"LeakyReLU({slope})";
}
