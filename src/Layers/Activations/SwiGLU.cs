namespace DeepSharp.Layers;

/// <summary>The gated unit a s(a) b of the two halves of an axis, s the logistic function. Shazeer 2020.</summary>
/// <param name="axis">The axis, of even length.</param>
public sealed class SwiGLU(int axis = -1) : Module
{
    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.SwiGLU(axis);

    /// <inheritdoc/>
    public override string ToString() => $"SwiGLU({axis})";
}
