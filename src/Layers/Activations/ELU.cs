using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The exponential linear unit: x where x &gt; 0, else alpha (e^x - 1).</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public sealed class ELU(double alpha = 1) : Activation<ELUOp>(new(alpha))
{
    /// <inheritdoc/>
    public override string ToString() => $"ELU({alpha})";
}
