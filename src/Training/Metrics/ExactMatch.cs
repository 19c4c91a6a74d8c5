namespace DeepSharp.Training;

/// <summary>The share of samples of which every label is right: scikit-learn's accuracy of several labels, the strictest there is.</summary>
/// <remarks>Predictions and targets are [N, L], or [N, L, …], where every place is a sample. Labels that are ignored are not looked at; a sample of
/// which all are ignored counts nothing. For the share of right labels see <see cref="MultiLabelAccuracy"/>.</remarks>
/// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. A target is a yes above 0.5.</param>
/// <param name="ignoreIndex">Elements with this target count nothing.</param>
public sealed class ExactMatch(double threshold = 0.5, int ignoreIndex = -100) : ShareMetric
{
    private readonly double _threshold = Targets.Threshold(nameof(ExactMatch), threshold);

    /// <inheritdoc/>
    public override string Name => "exact_match";

    private protected override void Count(Tensor prediction, Tensor target)
    {
        YesNo x = Targets.OfYesNo(nameof(ExactMatch), prediction, target, _threshold, ignoreIndex);
        Add(((x.Predicted ^ x.Actual) & x.Counted).Sum(1).Equal(0), x.Counted.Sum(1) > 0);
    }
}
