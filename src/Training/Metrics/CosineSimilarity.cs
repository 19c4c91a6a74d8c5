namespace DeepSharp.Training;

/// <summary>The mean over samples of the cosine of the angle between prediction and target, p·t / (max(|p|, 1e-8) max(|t|, 1e-8)), in [-1, 1].</summary>
/// <remarks>Predictions and targets have one shape, [N, D], or […, D]: every vector along the last axis is a sample. The mean is Keras's and
/// torchmetrics' <c>reduction="mean"</c>.</remarks>
public sealed class CosineSimilarity : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "cosine_similarity";

    /// <inheritdoc/>
    protected override Tensor Values(Tensor prediction, Tensor target)
    {
        (prediction, target) = Targets.OfNumbers(nameof(CosineSimilarity), prediction, target);
        return prediction.Rank >= 2
            ? Tensor.CosineSimilarity(prediction, target, -1)
            : throw new ArgumentException($"CosineSimilarity: the prediction has shape {prediction.Shape}; use vectors along the last axis, [N, D].");
    }
}
