namespace DeepSharp.Training;

/// <summary>What a call of <c>Fit</c> came to, epoch by epoch.</summary>
public sealed class History
{
    private readonly List<EpochResult> _epochs = [];

    /// <summary>The epochs, first to last.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Whether a callback stopped the training before its last epoch.</summary>
    public bool StoppedEarly { get; internal set; }

    /// <summary>The values with a name, one for each epoch, such as <c>history["val_loss"]</c>.</summary>
    public IReadOnlyList<double> this[string name] => [.. _epochs.Select(epoch => epoch[name])];

    /// <summary>A line for each epoch.</summary>
    public override string ToString() => string.Join('\n', _epochs);

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);
}
