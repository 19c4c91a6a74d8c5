namespace DeepSharp.Training;

/// <summary>The mean over all elements of |prediction - target| / max(|target|, epsilon): a share, not a percentage, as in scikit-learn and
/// torchmetrics; Keras's is a hundred times as much.</summary>
/// <remarks>Predictions and targets have one shape; targets may be integers. A target of 0 makes the value as large as 1 / epsilon.</remarks>
public sealed class MeanAbsolutePercentageError : MeanMetric
{
    private readonly double _epsilon;

    /// <summary>A metric with the least divisor.</summary>
    /// <param name="epsilon">What is divided by at least; torchmetrics' 1.17e-6 (scikit-learn's is 2.2e-16, Keras's 1e-7).</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not a number above 0.</exception>
    public MeanAbsolutePercentageError(double epsilon = 1.17e-6) => _epsilon = epsilon > 0 && double.IsFinite(epsilon)
        ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), $"MeanAbsolutePercentageError: epsilon must be a number above 0, not {epsilon}.");

    /// <inheritdoc/>
    public override string Name => "mean_absolute_percentage_error";

    /// <inheritdoc/>
    protected override Tensor Values(Tensor prediction, Tensor target)
    {
        (prediction, target) = Targets.OfNumbers(nameof(MeanAbsolutePercentageError), prediction, target);
        return (prediction - target).Abs() / target.Abs().ClampMin(_epsilon);
    }
}
