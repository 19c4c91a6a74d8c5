using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Where training stands: what callbacks see.</summary>
public sealed class TrainingContext
{
    private readonly RunningMean _loss;
    private readonly IReadOnlyList<Metric> _metrics;
    private readonly List<Action> _saves = [];

    internal TrainingContext(
        Module model, Optimizer optimizer, RunningMean loss, IReadOnlyList<Metric> metrics, History history, int epochs, int batches)
    {
        Model = model;
        Optimizer = optimizer;
        _loss = loss;
        _metrics = metrics;
        History = history;
        Epochs = epochs;
        Batches = batches;
    }

    /// <summary>The network.</summary>
    public Module Model { get; }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The epochs that have ended, those before the training was resumed included.</summary>
    public History History { get; internal set; }

    /// <summary>The epochs there will be at most.</summary>
    public int Epochs { get; }

    /// <summary>The batches of an epoch.</summary>
    public int Batches { get; }

    /// <summary>The epoch under way, from 1. A training that is resumed counts on.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The batches of this epoch that are done.</summary>
    public int Batch { get; internal set; }

    /// <summary>The steps that the optimizer has made in this training, those before it was resumed included. With gradients of several batches
    /// added up (<c>accumulate</c>), fewer than batches.</summary>
    public long Steps { get; internal set; }

    /// <summary>The samples of this epoch that are done.</summary>
    public long Samples { get; internal set; }

    /// <summary>Seconds of training in this epoch.</summary>
    public double Seconds { get; internal set; }

    /// <summary>Whether this process is to print and write files: the only one, or the first of several that train together.</summary>
    public bool IsPrimary => Parallel is null or { Rank: 0 };

    /// <summary>Whether training ends after this step; a callback sets it, or who cancels.</summary>
    public bool StopRequested { get; private set; }

    /// <summary>Why, if whoever stopped it said so.</summary>
    public string? StopReason { get; private set; }

    /// <summary>What ended the training, in <see cref="ICallback.OnTrainEnd"/>, if an exception did.</summary>
    public Exception? Error { get; internal set; }

    /// <summary>The names of the values that each epoch comes to, such as <c>loss</c> and <c>val_loss</c>.</summary>
    public IReadOnlyList<string> ValueNames { get; internal init; } = [];

    /// <summary>The mean loss of this epoch so far. Waits for the device.</summary>
    public double Loss => _loss.Result();

    /// <summary>The metrics of this epoch so far, by name. Waits for the device.</summary>
    public IReadOnlyDictionary<string, double> Metrics => EpochMetrics ?? _metrics.ToDictionary(static metric => metric.Name, static metric => metric.Result());

    /// <summary>Ends the training after the step under way; in <see cref="ICallback.OnEpochEnd"/>, after this epoch.</summary>
    /// <remarks>An epoch that is broken off comes to no result and is not evaluated; a checkpoint goes on in the middle of it.</remarks>
    /// <param name="reason">Why, for <see cref="History.StopReason"/>. The first one stays.</param>
    public void Stop(string? reason = null)
    {
        StopRequested = true;
        StopReason ??= reason;
    }

    /// <summary>Saves all of the training to a file, which <c>Fit</c> goes on from, as soon as all callbacks have been told what this one is told now.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SaveLater(() => WriteTo(path, []));
    }

    /// <summary>The metrics of the epoch once all its batches are done.</summary>
    internal IReadOnlyDictionary<string, double>? EpochMetrics { get; set; }

    /// <summary>The number that gives this epoch its order.</summary>
    internal int Order { get; set; }

    /// <summary>Whether the last batch has made a step; others only add to its gradients.</summary>
    internal bool HasStepped { get; private set; }

    /// <summary>Whether the epoch has come to its result.</summary>
    internal bool IsEpochDone { get; private set; }

    /// <summary>Whether the last step is not worth saving.</summary>
    internal bool IsBroken { get; set; }

    /// <summary>The processes that train together; null for one.</summary>
    internal IParallelTraining? Parallel { get; init; }

    /// <summary>What a checkpoint holds.</summary>
    internal FitState? State { get; set; }

    /// <summary>Throws if no epoch comes to a value.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    internal void RequireValue(string name, string who)
    {
        if (ValueNames.Count > 0 && !ValueNames.Contains(name))
        {
            throw new KeyNotFoundException(
                $"{who}: there is no '{name}' to watch among {string.Join(", ", ValueNames)}. Metrics are given to Fit, and what begins with val_ needs "
                + "validation data or a validation split.");
        }
    }

    /// <summary>What the first process says, which has a clock and a disk of its own.</summary>
    internal bool PrimarySays(bool value) => Parallel?.Any(IsPrimary && value) ?? value;

    internal void BeginEpoch(int epoch)
    {
        (Epoch, Batch, Samples, Seconds, EpochMetrics, IsEpochDone) = (epoch, 0, 0, 0, null, false);
    }

    internal void EndBatch(int rows, double seconds, bool hasStepped)
    {
        Batch++;
        Samples += rows;
        Seconds = seconds;
        HasStepped = hasStepped;
        Steps += hasStepped ? 1 : 0;
    }

    internal void EndEpoch(EpochResult result)
    {
        History.Add(result);
        IsEpochDone = true;
    }

    internal void SaveLater(Action save) => _saves.Add(save);

    internal void SaveNow()
    {
        Action[] saves = [.. _saves];
        _saves.Clear();
        Array.ForEach(saves, static save => save());
    }

    internal void WriteTo(string path, IEnumerable<KeyValuePair<string, string>> notes) =>
        (State ?? throw new InvalidOperationException("TrainingContext: there is no training under way to save.")).Save(path, notes);
}
