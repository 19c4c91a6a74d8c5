namespace DeepSharp.Training;

/// <summary>The share of rows whose largest output is that of their label, among the rows that are not ignored.</summary>
/// <remarks>Predictions are scores [N, C], or [N, C, …]; targets are labels [N], or [N, …], or distributions of the scores' shape, whose largest
/// entry is the label. Of equal scores the first counts. For a single output see <see cref="BinaryAccuracy"/>; for the mean of the classes'
/// shares (balanced accuracy) see <see cref="Recall"/>.</remarks>
/// <param name="ignoreIndex">Rows with this label count nothing, as in <see cref="Layers.CrossEntropyLoss"/>, whose default it is.</param>
public sealed class Accuracy(int ignoreIndex = -100) : ShareMetric
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    private protected override void Count(Tensor prediction, Tensor target)
    {
        (Tensor scores, Tensor labels) = Targets.OfClasses(nameof(Accuracy), prediction, target);
        scores.CountCorrect(labels, Counts(prediction.Device), ignoreIndex);
    }
}
