using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Tells a <see cref="ReduceOnPlateau"/> after each epoch how a value stands, so that it reduces the learning rate in time.</summary>
public sealed class PlateauScheduler : ICallback
{
    private readonly ReduceOnPlateau _plateau;
    private readonly string _monitor;

    /// <summary>Watches a value of the history.</summary>
    /// <param name="plateau">What reduces the rate; with <see cref="PlateauMode.Max"/> for accuracies.</param>
    /// <param name="monitor">The value's name; <c>val_loss</c> needs validation data.</param>
    public PlateauScheduler(ReduceOnPlateau plateau, string monitor = "val_loss")
    {
        ArgumentNullException.ThrowIfNull(plateau);
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        _plateau = plateau;
        _monitor = monitor;
    }

    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        _plateau.Observe(context.Optimizer, result[_monitor]);
    }
}
