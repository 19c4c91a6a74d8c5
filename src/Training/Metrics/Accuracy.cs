namespace DeepSharp.Training;

/// <summary>The share of rows whose largest output is that of their label.</summary>
/// <remarks>Predictions are scores [N, C]; targets are labels [N], or distributions [N, C] whose largest entry is the label.</remarks>
public sealed class Accuracy : Metric
{
    private readonly RunningMean _mean = new();

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Rank != 2 || target.Rank is 0 or > 2 || target.Shape[0] != prediction.Shape[0]
            || (target.Rank == 2 && target.Shape != prediction.Shape))
        {
            throw new ArgumentException(
                $"Accuracy: scores {prediction.Shape} and targets {target.Shape} do not fit; use [N, C] and [N] or [N, C].");
        }

        Tensor labels = target.Rank == 2 ? target.ArgMax(1) : target.To(DType.Int64);
        _mean.Add(prediction.Detach().ArgMax(1).Equal(labels).Sum(), prediction.Shape[0]);
    }

    /// <inheritdoc/>
    public override double Result() => _mean.Result();

    /// <inheritdoc/>
    public override void Reset() => _mean.Reset();
}
