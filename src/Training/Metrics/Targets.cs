namespace DeepSharp.Training;

/// <summary>What is predicted and what is true, as masks [rows, labels], and what counts.</summary>
internal readonly record struct YesNo(Tensor Predicted, Tensor Actual, Tensor Counted);

/// <summary>Predictions and targets in the form that metrics work with; shapes and types are checked here.</summary>
internal static class Targets
{
    internal static double Threshold(string metric, double threshold) => !double.IsNaN(threshold)
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), $"{metric}: the threshold must be a number, not {threshold}.");

    /// <summary>Scores [rows, C] and labels [rows], from scores [N, C, …] and labels [N, …] or distributions [N, C, …].</summary>
    internal static (Tensor Scores, Tensor Labels) OfClasses(string metric, Tensor prediction, Tensor target)
    {
        bool fits = prediction.Rank >= 2;
        bool areLabels = fits && target.Rank == prediction.Rank - 1;
        fits &= areLabels
            ? target.Shape == new Shape([prediction.Shape[0], .. prediction.Shape.AsSpan()[2..]])
            : target.Shape == prediction.Shape;
        if (!fits)
        {
            throw new ArgumentException(
                $"{metric}: scores {prediction.Shape} and targets {target.Shape} do not fit; use [N, C] and [N] or [N, C], with further axes behind "
                + "these in both.");
        }

        if (prediction.Shape[1] == 1)
        {
            throw new ArgumentException(
                $"{metric}: scores {prediction.Shape} are of one class, which is always the largest. For yes and no "
                + (metric == nameof(Accuracy) ? "use BinaryAccuracy" : $"give targets {prediction.Shape}")
                + ", with a threshold of 0 for logits and 0.5 for probabilities where there is one.");
        }

        if (areLabels && !target.DType.IsInteger)
        {
            throw new ArgumentException($"{metric}: labels {target.Shape} must be integers, not {target.DType}. Convert them with To(DType.Int64).");
        }

        return (Rows(prediction), !areLabels ? Rows(target).ArgMax(1) : target.Rank == 1 ? target : target.Flatten());
    }

    /// <summary>Of scores and labels, where each row's largest score stands and where its label points; what is no class is nowhere.</summary>
    internal static YesNo OfLargest(string metric, Tensor prediction, Tensor target, int ignoreIndex)
    {
        Binary.CheckDevice(metric, prediction, "the target", target);
        (Tensor scores, Tensor labels) = OfClasses(metric, prediction, target);
        int classes = scores.Shape[1];
        Tensor counted = labels.NotEqual(ignoreIndex).Unsqueeze(1);
        return new YesNo(
            OneHot(scores.ArgMax(1), classes) & counted, OneHot(labels, classes) & counted, counted);
    }

    /// <summary>Of predictions and targets of one shape, [N] or [N, L, …], which lie above a threshold and above 0.5.</summary>
    internal static YesNo OfYesNo(string metric, Tensor prediction, Tensor target, double threshold, double? ignored)
    {
        (prediction, target) = Columns(metric, prediction, target);
        Tensor counted = Counted(target, ignored);
        return new YesNo((prediction > threshold) & counted, Yes(target) & counted, counted);
    }

    /// <summary>Predictions and targets of one shape, [N] or [N, L, …], as [rows, L].</summary>
    internal static (Tensor Prediction, Tensor Target) Columns(string metric, Tensor prediction, Tensor target)
    {
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException(
                $"{metric}: the prediction has shape {prediction.Shape}, the target {target.Shape}. They must be the same; reshape the target, "
                + "for example to [N, 1]. Scores of classes [N, C] and their labels [N] go with "
                + $"{(metric is nameof(BinaryAccuracy) ? "Accuracy" : "a metric without a threshold")}.");
        }

        Binary.CheckDevice(metric, prediction, "the target", target);
        return (Rows(prediction), Rows(target));
    }

    /// <summary>Where each label points, a mask [rows, classes]. The classes are counted on the device, since numbers from the host would wait for
    /// it.</summary>
    internal static Tensor OneHot(Tensor labels, int classes) =>
        (labels.To(DType.Int64) + 1).Unsqueeze(1).Equal(Tensor.Ones(classes, DType.Int64, labels.Device).CumulativeSum(0));

    internal static Tensor Yes(Tensor target) => target.DType.IsFloatingPoint ? target > 0.5 : target > 0;

    internal static Tensor Counted(Tensor target, double? ignored) =>
        ignored is { } value ? target.NotEqual(value) : Tensor.Ones(target.Shape, DType.Bool, target.Device);

    /// <summary>Predictions and targets of one shape, as numbers of one floating-point type.</summary>
    internal static (Tensor Prediction, Tensor Target) OfNumbers(string metric, Tensor prediction, Tensor target)
    {
        ReductionKernels.RequireReal(metric, prediction);
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException(
                $"{metric}: the prediction has shape {prediction.Shape}, the target {target.Shape}. They must be the same; reshape the target, "
                + "for example to [N, 1].");
        }

        Binary.CheckDevice(metric, prediction, "the target", target);
        prediction = prediction.HalfToSingle();
        return (prediction, target.To(prediction.DType));
    }

    // Classes and labels stand on the second axis; every other place is a row.
    private static Tensor Rows(Tensor x) =>
        x.Rank == 2 ? x
        : x.Rank < 2 ? x.Reshape(x.Count, 1)
        : x.Permute([0, .. Enumerable.Range(2, x.Rank - 2), 1]).AsRows();
}
