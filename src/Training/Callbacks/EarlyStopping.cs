namespace DeepSharp.Training;

/// <summary>Ends training when a value has not improved for a while, and can bring back the best parameters.</summary>
/// <remarks>Prechelt 1998, "Early Stopping - But When?".</remarks>
public sealed class EarlyStopping : ICallback, IDisposable
{
    private const string OfBest = "best.";
    private readonly string _monitor;
    private readonly int _patience;
    private readonly double _minDelta;
    private readonly bool _smallerIsBetter;
    private readonly bool _restoreBest;
    private readonly ModuleSnapshot _best = new();
    private int _waited;

    /// <summary>Watches a value of the history.</summary>
    /// <param name="monitor">Its name; <c>val_loss</c> needs validation data.</param>
    /// <param name="patience">After how many epochs without improvement training ends; 0 is as 1.</param>
    /// <param name="minDelta">By how much a value must be better to count.</param>
    /// <param name="smallerIsBetter">Whether small values are good; true for losses, false for accuracies.</param>
    /// <param name="restoreBest">Whether the parameters and buffers of the best epoch are put back at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">Patience is negative, or the difference is negative or NaN.</exception>
    public EarlyStopping(
        string monitor = "val_loss", int patience = 3, double minDelta = 0, bool smallerIsBetter = true, bool restoreBest = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        Bounds.AtLeast(0, patience, nameof(EarlyStopping));
        if (!(minDelta >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(minDelta), $"EarlyStopping: the difference must not be negative, and is {minDelta}.");
        }

        _monitor = monitor;
        _patience = patience;
        _minDelta = minDelta;
        _smallerIsBetter = smallerIsBetter;
        _restoreBest = restoreBest;
    }

    /// <summary>The epoch with the best value, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The best value; NaN before the first.</summary>
    public double BestValue { get; private set; } = double.NaN;

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">No epoch comes to such a value.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.RequireValue(_monitor, nameof(EarlyStopping));
        _waited = 0;
        BestEpoch = 0;
        BestValue = double.NaN;
    }

    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        double value = result[_monitor];
        bool better = BestEpoch == 0 || (_smallerIsBetter ? value < BestValue - _minDelta : value > BestValue + _minDelta);
        if (better && !double.IsNaN(value))
        {
            BestEpoch = result.Epoch;
            BestValue = value;
            _waited = 0;
            if (_restoreBest)
            {
                _best.Take(context.Model);
            }
        }
        else if (++_waited >= _patience)
        {
            context.Stop($"{_monitor} has not improved since epoch {BestEpoch}.");
        }
    }

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _best.Restore(context.Model);
        Dispose();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        Dictionary<string, Tensor> state = CallbackState.Of(("waited", _waited), ("best_epoch", BestEpoch), ("best_value", BestValue));
        foreach ((string name, Tensor value) in _best.Values)
        {
            state.Add(OfBest + name, value);
        }

        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is missing.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        double[] numbers = CallbackState.Read(nameof(EarlyStopping), state, "waited", "best_epoch", "best_value");
        (_waited, BestEpoch, BestValue) = ((int)numbers[0], (int)numbers[1], numbers[2]);
        _best.Set(state.Where(static pair => pair.Key.StartsWith(OfBest, StringComparison.Ordinal))
            .Select(static pair => KeyValuePair.Create(pair.Key[OfBest.Length..], pair.Value)));
    }

    /// <summary>Frees the copy of the best parameters.</summary>
    public void Dispose() => _best.Dispose();
}
