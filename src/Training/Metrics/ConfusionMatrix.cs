using System.Text;
using DeepSharp.Kernels;

namespace DeepSharp.Training;

/// <summary>How often each class was predicted for each true class: rows are the truth, columns what was predicted, as in scikit-learn.</summary>
/// <remarks>
/// Predictions and targets are those of <see cref="ClassMetric"/>: scores and labels, or, with a threshold, yes and no, which are classes 1 and 0,
/// of all elements together. A label that is no class is not counted. The counts take C² integers on the device. Printing the metric prints the
/// table; <see cref="Result"/>, the one number that a history has room for, is the share on the diagonal: the accuracy.
/// </remarks>
/// <param name="classes">The names of the classes, or of no and yes; numbers if null.</param>
/// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. Null for classes, of which the largest output is
/// predicted.</param>
/// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
public sealed class ConfusionMatrix(IReadOnlyList<string>? classes = null, double? threshold = null, int ignoreIndex = -100) : CountingMetric
{
    private readonly double? _threshold = threshold is { } value ? Targets.Threshold(nameof(ConfusionMatrix), value) : null;

    /// <inheritdoc/>
    public override string Name => "confusion_matrix";

    /// <summary>The share of the counts that is on the diagonal: the accuracy; NaN if there are none. Waits for the device.</summary>
    public override double Result()
    {
        long[] counts = ReadCounts();
        int n = Side(counts);
        return (double)Enumerable.Range(0, n).Sum(c => counts[(c * n) + c]) / counts.Sum();
    }

    /// <summary>The matrix [C, C], on the CPU: Int64 counts, or shares of each row in Float64. Waits for the device.</summary>
    /// <param name="normalize">Whether each row is divided by its sum, so that the diagonal is each class's recall; a row without counts stays
    /// 0.</param>
    /// <exception cref="InvalidOperationException">There has been no batch.</exception>
    public Tensor Values(bool normalize = false)
    {
        long[] counts = ReadCounts();
        int n = Side(counts);
        return n == 0
            ? throw new InvalidOperationException(
                "ConfusionMatrix: there has been no batch, which says how many classes there are. Call Update or Evaluate first.")
            : normalize ? Tensor.From(Shares(counts, n), [n, n], Device.Cpu) : Tensor.From(counts, [n, n], Device.Cpu);
    }

    /// <summary>The counts as a table with the classes' names. Waits for the device.</summary>
    public override string ToString() => ToString(normalize: false);

    /// <summary>The matrix as a table with the classes' names. Waits for the device.</summary>
    /// <param name="normalize">Whether each row is divided by its sum.</param>
    public string ToString(bool normalize)
    {
        long[] counts = ReadCounts();
        int n = Side(counts);
        if (n == 0)
        {
            return $"{Name}: no batch yet";
        }

        string[] names = [.. classes ?? Enumerable.Range(0, n).Select(static c => $"{c}")];
        string[] cells = normalize ? [.. Shares(counts, n).Select(static share => $"{share:F3}")] : [.. counts.Select(static count => $"{count}")];
        const string Corner = "true \\ predicted";
        int front = Math.Max(Corner.Length, names.Max(static name => name.Length));
        int width = names.Concat(cells).Max(static text => text.Length) + 2;
        StringBuilder table = new(Corner.PadRight(front));
        table.AppendJoin("", names.Select(name => name.PadLeft(width)));
        for (int row = 0; row < n; row++)
        {
            table.Append('\n').Append(names[row].PadRight(front));
            table.AppendJoin("", cells[(row * n)..((row + 1) * n)].Select(cell => cell.PadLeft(width)));
        }

        return table.ToString();
    }

    private protected override bool CanBe(Shape counts) => counts.Rank == 2 && counts[0] == counts[1] && (classes is null || classes.Count == counts[0]);

    private protected override void Count(Tensor prediction, Tensor target)
    {
        Tensor predicted;
        Tensor actual;
        Tensor counted;
        int n = 2;
        if (_threshold is { } threshold)
        {
            YesNo x = Targets.OfYesNo(nameof(ConfusionMatrix), prediction, target, threshold, ignoreIndex);
            (predicted, actual, counted) = (x.Predicted.To(DType.Int64), x.Actual.To(DType.Int64), x.Counted);
        }
        else
        {
            Binary.CheckDevice(nameof(ConfusionMatrix), prediction, "the target", target);
            (Tensor scores, Tensor labels) = Targets.OfClasses(nameof(ConfusionMatrix), prediction, target);
            n = scores.Shape[1];
            (predicted, actual) = (scores.ArgMax(1), labels.To(DType.Int64));
            counted = actual.NotEqual(ignoreIndex) & (actual >= 0) & (actual < n);
        }

        if (classes is not null && classes.Count != n)
        {
            throw new ArgumentException(
                $"ConfusionMatrix: there are {classes.Count} names ({string.Join(", ", classes)}), and {n} classes in a prediction {prediction.Shape}. "
                + "Give one name per class.");
        }

        // What does not count adds 0 to the first place, so that there is no round trip to leave it out.
        Tensor places = Tensor.Where(counted, (actual * n) + predicted, 0).Flatten();
        Tensor counts = Counts([n, n], prediction.Device);
        Indexing.ScatterAdd(
            counts.Flatten().Operand, counted.To(DType.Int64).Flatten().Operand, places.Operand, axis: 0, slices: true, nameof(ConfusionMatrix));
    }

    private static int Side(long[] counts) => (int)Math.Sqrt(counts.Length);

    private static double[] Shares(long[] counts, int n) =>
        [.. Enumerable.Range(0, n * n).Select(i => counts[i] / (double)Math.Max(1, counts[(i / n * n)..((i / n * n) + n)].Sum()))];
}
