using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>What a call of <c>Fit</c> came to, epoch by epoch.</summary>
public sealed class History
{
    private readonly List<EpochResult> _epochs = [];

    /// <summary>The epochs, first to last.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Whether a callback, or whoever cancelled it, stopped the training before the end of its last epoch.</summary>
    public bool StoppedEarly { get; internal set; }

    /// <summary>Why it was stopped early, if it was and whoever did so gave a reason.</summary>
    public string? StopReason { get; internal set; }

    /// <summary>The values with a name, one for each epoch, such as <c>history["val_loss"]</c>.</summary>
    public IReadOnlyList<double> this[string name] => [.. _epochs.Select(epoch => epoch[name])];

    /// <summary>Writes a row for each epoch, with the columns <c>epoch</c>, loss and metrics, <c>learning_rate</c>, <c>seconds</c> and
    /// <c>samples_per_second</c>, whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    public void SaveCsv(string path) =>
        AtomicFile.WriteText(path, HistoryCsv.Header(Names) + string.Concat(_epochs.Select(epoch => HistoryCsv.Row(epoch, Names))));

    /// <summary>Writes everything as JSON, which <see cref="LoadJson"/> reads, whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    public void SaveJson(string path) => AtomicFile.WriteText(path, HistoryJson.Write(this).ToJsonString());

    /// <summary>Reads what <see cref="SaveJson"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is another text.</exception>
    public static History LoadJson(string path)
    {
        string text = File.ReadAllText(path);
        try
        {
            return HistoryJson.Read(JsonNode.Parse(text), path);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: expected a history as History.SaveJson writes it, and found no JSON: {error.Message}", error);
        }
    }

    /// <summary>A table with a line for each epoch, and why the training was stopped.</summary>
    public override string ToString() =>
        _epochs.Count == 0 ? StopReason ?? "no epoch" : $"{HistoryCsv.Table(_epochs, Names)}{(StopReason is null ? string.Empty : $"\n{StopReason}")}";

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);

    private string[] Names => [.. _epochs.SelectMany(static epoch => epoch.Values.Keys).Distinct()];
}
