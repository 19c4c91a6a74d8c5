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
    /// <exception cref="KeyNotFoundException">No epoch comes to such a value.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.RequireValue(_monitor, nameof(PlateauScheduler));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State() => _plateau.State();

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state) => _plateau.LoadState(state);

    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        _plateau.Observe(context.Optimizer, result[_monitor]);
    }
}
