namespace DeepSharp.Training;

/// <summary>How much of a class is found: true positives / actual positives, in [0, 1]; also called sensitivity.</summary>
/// <remarks>The mean over the classes that occur is the balanced accuracy.</remarks>
/// <inheritdoc cref="Precision(ClassAverage, double?, int)"/>
public sealed class Recall(ClassAverage average = ClassAverage.Macro, double? threshold = null, int ignoreIndex = -100)
    : ClassMetric(average, threshold, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "recall";

    private protected override double Value(ClassCounts c) => Ratio(c.Right, c.Actual);
}
