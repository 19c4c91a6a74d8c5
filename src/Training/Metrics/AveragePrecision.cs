namespace DeepSharp.Training;

/// <summary>The mean of the precisions at all thresholds, each weighted by the recall it adds, Σ (R_n - R_(n-1)) P_n: the area under the curve of
/// precision over recall, without interpolation; in [0, 1], by chance the share of yes.</summary>
/// <remarks>As in scikit-learn and torchmetrics. For a class that is never true it is not defined, NaN, as in torchmetrics; scikit-learn says
/// 0.</remarks>
/// <param name="average">How the classes' values become one; the micro average takes all their scores as those of one yes and no.</param>
/// <param name="fromLogits">Whether scores of classes go through a softmax first, as behind a network for <see cref="Layers.CrossEntropyLoss"/>; it
/// has no effect on yes and no, whose order a sigmoid does not change.</param>
/// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
public sealed class AveragePrecision(ClassAverage average = ClassAverage.Macro, bool fromLogits = false, int ignoreIndex = -100)
    : RankingMetric(average, fromLogits, ignoreIndex)
{
    /// <inheritdoc/>
    public override string Name => "average_precision";

    private protected override double Area(List<(long Yes, long No)> curve)
    {
        double area = 0;
        (long Yes, long No) last = default;
        foreach ((long Yes, long No) point in curve)
        {
            area += (point.Yes - last.Yes) * (point.Yes / (double)(point.Yes + point.No));
            last = point;
        }

        return last.Yes == 0 ? double.NaN : area / last.Yes;
    }
}
