namespace DeepSharp.Layers;

/// <summary>The logarithm of <see cref="Softmax"/>, without its loss of digits.</summary>
/// <param name="axis">The axis whose exponentials sum to one.</param>
public sealed class LogSoftmax(int axis = -1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LogSoftmax(axis);

    /// <inheritdoc/>
    public override string ToString() => $"LogSoftmax({axis})";
}
