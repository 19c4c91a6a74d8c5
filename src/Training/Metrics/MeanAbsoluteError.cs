namespace DeepSharp.Training;

/// <summary>The mean over all elements of |prediction - target|, in the target's unit.</summary>
/// <remarks>Predictions and targets have one shape; targets may be integers.</remarks>
public sealed class MeanAbsoluteError : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "mean_absolute_error";

    /// <inheritdoc/>
    protected override Tensor Values(Tensor prediction, Tensor target)
    {
        (prediction, target) = Targets.OfNumbers(nameof(MeanAbsoluteError), prediction, target);
        return (prediction - target).Abs();
    }
}
