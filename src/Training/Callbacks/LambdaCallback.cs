namespace DeepSharp.Training;

/// <summary>A callback made of functions: <c>new LambdaCallback { EpochEnd = (_, result) => Console.WriteLine(result) }</c>.</summary>
public sealed class LambdaCallback : ICallback
{
    /// <summary>Called when training begins.</summary>
    public Action<TrainingContext>? TrainBegin { get; init; }

    /// <summary>Called when an epoch begins.</summary>
    public Action<TrainingContext>? EpochBegin { get; init; }

    /// <summary>Called before a batch.</summary>
    public Action<TrainingContext>? BatchBegin { get; init; }

    /// <summary>Called after a batch.</summary>
    public Action<TrainingContext>? BatchEnd { get; init; }

    /// <summary>Called before the evaluation on validation data.</summary>
    public Action<TrainingContext>? ValidationBegin { get; init; }

    /// <summary>Called after it, with loss and metrics.</summary>
    public Action<TrainingContext, IReadOnlyDictionary<string, double>>? ValidationEnd { get; init; }

    /// <summary>Called after an epoch.</summary>
    public Action<TrainingContext, EpochResult>? EpochEnd { get; init; }

    /// <summary>Called when training has ended, however it did.</summary>
    public Action<TrainingContext>? TrainEnd { get; init; }

    /// <inheritdoc/>
    public void OnTrainBegin(TrainingContext context) => TrainBegin?.Invoke(context);

    /// <inheritdoc/>
    public void OnEpochBegin(TrainingContext context) => EpochBegin?.Invoke(context);

    /// <inheritdoc/>
    public void OnBatchBegin(TrainingContext context) => BatchBegin?.Invoke(context);

    /// <inheritdoc/>
    public void OnBatchEnd(TrainingContext context) => BatchEnd?.Invoke(context);

    /// <inheritdoc/>
    public void OnValidationBegin(TrainingContext context) => ValidationBegin?.Invoke(context);

    /// <inheritdoc/>
    public void OnValidationEnd(TrainingContext context, IReadOnlyDictionary<string, double> values) => ValidationEnd?.Invoke(context, values);

    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result) => EpochEnd?.Invoke(context, result);

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context) => TrainEnd?.Invoke(context);
}
