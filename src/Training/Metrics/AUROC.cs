namespace DeepSharp.Training;

/// <summary>The area under the receiver operating characteristic (ROC-AUC): how likely a yes has a higher score than a no, where equal scores count
/// half; in [0, 1], 0.5 for chance.</summary>
/// <remarks>The trapezoids under true positives / positives over false positives / negatives, as in scikit-learn and torchmetrics: J. A. Hanley,
/// B. J. McNeil, 1982. Not defined, NaN, for a class that is never or always true.</remarks>
/// <param name="average">How the classes' values become one; the micro average takes all their scores as those of one yes and no.</param>
/// <param name="fromLogits">Whether scores of classes go through a softmax first, as behind a network for <see cref="Layers.CrossEntropyLoss"/>; it
/// has no effect on yes and no, whose order a sigmoid does not change.</param>
/// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
public sealed class AUROC(ClassAverage average = ClassAverage.Macro, bool fromLogits = false, int ignoreIndex = -100)
    : RankingMetric(average, fromLogits, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "auroc";

    private protected override double Area(List<(long Yes, long No)> curve)
    {
        double area = 0;
        (long Yes, long No) last = default;
        foreach ((long Yes, long No) point in curve)
        {
            area += (point.No - last.No) * ((double)point.Yes + last.Yes) / 2;
            last = point;
        }

        return area / ((double)last.Yes * last.No);
    }
}
