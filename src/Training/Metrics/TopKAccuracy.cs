namespace DeepSharp.Training;

/// <summary>The share of rows whose label is among their k largest outputs.</summary>
/// <remarks>
/// Predictions are scores [N, C], or [N, C, …]; targets are labels [N], or [N, …], or distributions of the scores' shape, whose largest entry is
/// the label. Of equal scores the first ones count, so that k = 1 is <see cref="Accuracy"/>. With k of C and more every label is found.
/// </remarks>
public sealed class TopKAccuracy : ShareMetric
{
    private readonly int _k;
    private readonly int _ignoreIndex;

    /// <summary>A metric of the k largest outputs.</summary>
    /// <param name="k">How many outputs are looked at; at least 1.</param>
    /// <param name="ignoreIndex">Rows with this label count nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public TopKAccuracy(int k = 5, int ignoreIndex = -100)
    {
        Bounds.AtLeast(1, k, nameof(TopKAccuracy));
        (_k, _ignoreIndex) = (k, ignoreIndex);
    }

    /// <summary>Such as <c>top_5_accuracy</c>.</summary>
    public override string Name => $"top_{_k}_accuracy";

    private protected override void Count(Tensor prediction, Tensor target)
    {
        (Tensor scores, Tensor labels) = Targets.OfClasses(nameof(TopKAccuracy), prediction, target);
        Tensor places = scores.TopK(Math.Min(_k, scores.Shape[1]), 1).Places;
        Tensor hits = places.Equal(labels.To(DType.Int64).Unsqueeze(1)).Sum(1);
        Add(hits > 0, labels.NotEqual(_ignoreIndex));
    }
}
