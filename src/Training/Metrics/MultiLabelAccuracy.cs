namespace DeepSharp.Training;

/// <summary>The share of right decisions of yes and no for each of several labels: (true positives + true negatives) / all, in [0, 1].</summary>
/// <remarks>Without ignored elements the macro and micro averages are one, that of <see cref="BinaryAccuracy"/>; here every label has its value
/// (<see cref="ClassMetric.PerClass"/>). For samples of which all labels are right see <see cref="ExactMatch"/>.</remarks>
/// <param name="average">How the labels' values become one.</param>
/// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. A target is a yes above 0.5.</param>
/// <param name="ignoreIndex">Elements with this target count nothing.</param>
public sealed class MultiLabelAccuracy(ClassAverage average = ClassAverage.Macro, double threshold = 0.5, int ignoreIndex = -100)
    : ClassMetric(average, threshold, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "multi_label_accuracy";

    private protected override double Value(ClassCounts c) => Ratio(c.Counted - c.Predicted - c.Actual + (2 * c.Right), c.Counted);
}
