namespace DeepSharp.Layers;

/// <summary>The gated linear unit a s(b) of the two halves of an axis, s the logistic function. Dauphin, Fan, Auli, Grangier 2017.</summary>
/// <param name="axis">The axis, of even length.</param>
public sealed class GLU(int axis = -1) : Module
{
    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.GLU(axis);

    /// <inheritdoc/>
    public override string ToString() => $"GLU({axis})";
}
