namespace DeepSharp.Layers;

/// <summary>Probabilities e^x_i / sum_j e^x_j along an axis. To train a classifier, feed the logits to
/// <see cref="CrossEntropyLoss"/> instead.</summary>
/// <param name="axis">The axis that sums to one.</param>
public sealed class Softmax(int axis = -1) : Module
{
    /// <summary>The axis, from the end if negative.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softmax(axis);

    /// <inheritdoc/>
    public override string ToString() => $"Softmax({axis})";
}
