namespace DeepSharp.Training;

/// <summary>What is counted of one class: how often it was predicted rightly, predicted, and true, and all that was decided.</summary>
internal readonly record struct ClassCounts(long Right, long Predicted, long Actual, long Counted);

/// <summary>A metric that has a value for each class, of the four counts of the confusion matrix of that class against the others.</summary>
/// <remarks>
/// <para>Without a threshold, predictions are scores [N, C], or [N, C, …], and the largest is the class that is predicted, of equal ones the first.
/// Targets are labels [N], or [N, …], or distributions of the scores' shape, whose largest entry is the label. With a threshold, every element
/// is a yes or no of its own: predictions and targets are [N], [N, 1], or [N, L], or [N, L, …] for L labels, which take the place of classes.</para>
/// <para>Values, averages and what 0 / 0 is (0) are those of scikit-learn and torchmetrics: classes that are neither predicted nor true are left out
/// of <see cref="ClassAverage.Macro"/>, labels of yes and no are not; a weighted mean without any weight is 0. A label that is no class and not
/// ignored is a wrong prediction of whatever was predicted.</para>
/// </remarks>
public abstract class ClassMetric : CountingMetric
{
    private readonly ClassAverage _average;
    private readonly double? _threshold;
    private readonly int _ignoreIndex;

    private protected ClassMetric(ClassAverage average, double? threshold, int ignoreIndex)
    {
        string metric = GetType().Name;
        _average = Enum.IsDefined(average)
            ? average
            : throw new ArgumentOutOfRangeException(nameof(average), $"{metric}: use Macro, Micro or Weighted, not {average}.");
        _threshold = threshold is { } value ? Targets.Threshold(metric, value) : null;
        _ignoreIndex = ignoreIndex;
    }

    /// <inheritdoc/>
    /// <remarks>NaN, too, if everything so far was ignored.</remarks>
    public sealed override double Result()
    {
        ClassCounts[] classes = Classes();
        ClassCounts all = new(
            classes.Sum(static c => c.Right), classes.Sum(static c => c.Predicted), classes.Sum(static c => c.Actual), classes.Sum(static c => c.Counted));
        return all.Counted == 0 ? double.NaN : _average switch
        {
            ClassAverage.Micro => Value(all),
            ClassAverage.Weighted => Ratio(classes.Sum(c => c.Actual * Value(c)), all.Actual),
            _ => classes.Where(c => _threshold is not null || c.Predicted + c.Actual > 0).Average(Value),
        };
    }

    /// <summary>The value of each class, or of each label of several; 0 where there is nothing to divide by, and none before the first batch. Waits
    /// for the device.</summary>
    public double[] PerClass() => [.. Classes().Select(Value)];

    /// <summary>The value of a class, or of all together.</summary>
    private protected abstract double Value(ClassCounts c);

    private protected static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;

    private protected sealed override bool CanBe(Shape counts) => counts.Rank == 2 && counts[0] == 4;

    private protected sealed override void Count(Tensor prediction, Tensor target)
    {
        YesNo x = _threshold is { } threshold
            ? Targets.OfYesNo(GetType().Name, prediction, target, threshold, _ignoreIndex)
            : Targets.OfLargest(GetType().Name, prediction, target, _ignoreIndex);
        Tensor counts = Counts([4, x.Predicted.Shape[1]], prediction.Device);
        counts[0].AddInPlace((x.Predicted & x.Actual).Sum(0));
        counts[1].AddInPlace(x.Predicted.Sum(0));
        counts[2].AddInPlace(x.Actual.Sum(0));
        counts[3].AddInPlace(x.Counted.Sum(0));
    }

    private ClassCounts[] Classes()
    {
        long[] counts = ReadCounts();
        int n = counts.Length / 4;
        return [.. Enumerable.Range(0, n).Select(c => new ClassCounts(counts[c], counts[n + c], counts[(2 * n) + c], counts[(3 * n) + c]))];
    }
}
