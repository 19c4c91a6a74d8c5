namespace DeepSharp.Training;

/// <summary>The root of the mean over all elements of (prediction - target)², in the target's unit.</summary>
/// <remarks>The root is taken once, of the mean over all batches; a mean of batches' roots would be smaller. Predictions and targets have one shape;
/// targets may be integers.</remarks>
public sealed class RootMeanSquaredError : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "root_mean_squared_error";

    /// <inheritdoc/>
    public override double Result() => Math.Sqrt(base.Result());

    /// <inheritdoc/>
    protected override Tensor Values(Tensor prediction, Tensor target)
    {
        (prediction, target) = Targets.OfNumbers(nameof(RootMeanSquaredError), prediction, target);
        return (prediction - target).Square();
    }
}
