namespace DeepSharp.Training;

/// <summary>The mean over all elements of (prediction - target)².</summary>
/// <remarks>Predictions and targets have one shape; targets may be integers.</remarks>
public sealed class MeanSquaredError : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "mean_squared_error";

    /// <inheritdoc/>
    protected override Tensor Values(Tensor prediction, Tensor target)
    {
        (prediction, target) = Targets.OfNumbers(nameof(MeanSquaredError), prediction, target);
        return (prediction - target).Square();
    }
}
