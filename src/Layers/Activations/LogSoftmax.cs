namespace DeepSharp.Layers;

/// <summary>The logarithm of <see cref="Softmax"/>, without its loss of digits.</summary>
/// <param name="axis">The axis whose exponentials sum to one.</param>
public sealed class LogSoftmax(int axis = -1) : Module
{
    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LogSoftmax(axis);

    /// <inheritdoc/>
    public override string ToString() => $"LogSoftmax({axis})";
}
