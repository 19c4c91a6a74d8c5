namespace DeepSharp.Training;

/// <summary>How much of what is predicted as a class belongs to it: true positives / predicted positives, in [0, 1].</summary>
/// <param name="average">How the classes' values become one; of a single yes and no every average is that value.</param>
/// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. Null for classes, of which the largest output is
/// predicted.</param>
/// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
public sealed class Precision(ClassAverage average = ClassAverage.Macro, double? threshold = null, int ignoreIndex = -100)
    : ClassMetric(average, threshold, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "precision";

    private protected override double Value(ClassCounts c) => Ratio(c.Right, c.Predicted);
}
