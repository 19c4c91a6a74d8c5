using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Writes down what it is told, and does what a test wants at each batch and epoch.</summary>
internal sealed class Recorder(string name = "", List<string>? log = null) : ICallback
{
    internal List<string> Log { get; } = log ?? [];

    internal Action<TrainingContext>? AtBatch { get; init; }

    internal Action<TrainingContext, EpochResult>? AtEpoch { get; init; }

    public void OnTrainBegin(TrainingContext context) => Log.Add($"{name}begin {context.Epochs}x{context.Batches}");

    public void OnEpochBegin(TrainingContext context) => Log.Add($"{name}epoch {context.Epoch}");

    public void OnBatchBegin(TrainingContext context) => Log.Add($"{name}to batch {context.Batch}");

    public void OnValidationBegin(TrainingContext context) => Log.Add($"{name}validation");

    public void OnValidationEnd(TrainingContext context, IReadOnlyDictionary<string, double> values) =>
        Log.Add($"{name}validated {string.Join(',', values.Keys)}");

    public void OnBatchEnd(TrainingContext context)
    {
        Log.Add($"{name}batch {context.Batch}:{context.Samples}");
        AtBatch?.Invoke(context);
    }

    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        Log.Add($"{name}end {result.Epoch} {string.Join(',', result.Values.Keys)}");
        AtEpoch?.Invoke(context, result);
    }

    public void OnTrainEnd(TrainingContext context) => Log.Add($"{name}done");
}
