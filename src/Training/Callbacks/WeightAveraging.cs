using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Keeps an average of the weights while <c>Fit</c> runs, evaluates validation data with it, and leaves it in the network at the end.</summary>
/// <remarks>
/// The average takes the weights in after each step, or after each epoch as stochastic weight averaging does, from some epoch on. Until it has
/// taken some in, validation is with the weights themselves. Training goes on with the weights themselves, and they are what a
/// <see cref="ModelCheckpoint"/> saves, with the average beside them. A training that ends by an exception leaves the weights. Running statistics of batch
/// norm are those of the weights; see <see cref="WeightAverage"/>.
/// </remarks>
/// <example><code>
/// model.Fit(data, optimizer, epochs: 10, callbacks: [new WeightAveraging(new ExponentialWeightAverage(model.Parameters(), 0.999))]);
/// </code></example>
public sealed class WeightAveraging : ICallback, IDisposable
{
    private readonly WeightAverage _average;
    private readonly ScheduleUnit _unit;
    private readonly int _firstEpoch;
    private WeightSwap? _swap;

    /// <summary>Keeps an average.</summary>
    /// <param name="average">The average, of the network's parameters.</param>
    /// <param name="unit">After what it takes the weights in.</param>
    /// <param name="firstEpoch">The first epoch that counts, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The unit is unknown, or the epoch is below 1.</exception>
    public WeightAveraging(WeightAverage average, ScheduleUnit unit = ScheduleUnit.Step, int firstEpoch = 1)
    {
        ArgumentNullException.ThrowIfNull(average);
        Bounds.AtLeast(1, firstEpoch, nameof(WeightAveraging));
        _average = average;
        _unit = Enum.IsDefined(unit)
            ? unit
            : throw new ArgumentOutOfRangeException(nameof(unit), $"WeightAveraging: the unit must be Epoch or Step, not {unit}.");
        _firstEpoch = firstEpoch;
    }

    /// <inheritdoc/>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.HasStepped && context.Epoch >= _firstEpoch && (_unit == ScheduleUnit.Step || context.Batch == context.Batches))
        {
            _average.Update();
        }
    }

    /// <inheritdoc/>
    public void OnValidationBegin(TrainingContext context) => _swap = _average.Updates > 0 ? _average.Swap() : null;

    /// <inheritdoc/>
    public void OnValidationEnd(TrainingContext context, IReadOnlyDictionary<string, double> values) => Dispose();

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Dispose();
        if (context.Error is null && _average.Updates > 0)
        {
            _average.CopyToParameters();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State() => _average.State();

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state) => _average.LoadState(state);

    /// <summary>Puts the weights themselves back, if the average is in their place. Training does so after each evaluation.</summary>
    public void Dispose()
    {
        _swap?.Dispose();
        _swap = null;
    }
}
