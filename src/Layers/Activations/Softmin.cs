namespace DeepSharp.Layers;

/// <summary>e^-x_i over the sum of e^-x_j along an axis.</summary>
/// <param name="axis">The axis that sums to one.</param>
public sealed class Softmin(int axis = -1) : Module
{
    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softmin(axis);

    /// <inheritdoc/>
    public override string ToString() => $"Softmin({axis})";
}
