using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Where training stands: what callbacks see.</summary>
public sealed class TrainingContext
{
    private readonly RunningMean _loss;
    private readonly IReadOnlyList<Metric> _metrics;

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

    /// <summary>The epochs that have ended.</summary>
    public History History { get; }

    /// <summary>The epochs there will be at most.</summary>
    public int Epochs { get; }

    /// <summary>The batches of an epoch.</summary>
    public int Batches { get; }

    /// <summary>The epoch under way, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The batches of this epoch that are done.</summary>
    public int Batch { get; internal set; }

    /// <summary>The samples of this epoch that are done.</summary>
    public long Samples { get; internal set; }

    /// <summary>Seconds since the epoch began.</summary>
    public double Seconds { get; internal set; }

    /// <summary>Whether training ends with this epoch; a callback sets it.</summary>
    public bool StopRequested { get; private set; }

    /// <summary>The mean loss of this epoch so far. Waits for the device.</summary>
    public double Loss => _loss.Result();

    /// <summary>The metrics of this epoch so far, by name. Waits for the device.</summary>
    public IReadOnlyDictionary<string, double> Metrics => EpochMetrics ?? _metrics.ToDictionary(static metric => metric.Name, static metric => metric.Result());

    /// <summary>The metrics of the epoch once all its batches are done.</summary>
    internal IReadOnlyDictionary<string, double>? EpochMetrics { get; set; }

    /// <summary>Ends the training after this epoch.</summary>
    public void Stop() => StopRequested = true;
}
