namespace DeepSharp.Training;

/// <summary>How much of a class is found: true positives / actual positives, in [0, 1]; also called sensitivity.</summary>
/// <remarks>Where every class occurs, the macro average is the balanced accuracy.</remarks>
/// <param name="average">How the classes' values become one; of a single yes and no every average is that value.</param>
/// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. Null for classes, of which the largest output is
/// predicted.</param>
/// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
public sealed class Recall(ClassAverage average = ClassAverage.Macro, double? threshold = null, int ignoreIndex = -100)
    : ClassMetric(average, threshold, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "recall";

    private protected override double Value(ClassCounts c) => Ratio(c.Right, c.Actual);
}
