using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>What a call of <c>Fit</c> came to, epoch by epoch.</summary>
public sealed class History
{
    private const string Validation = "val_";
    private readonly List<EpochResult> _epochs = [];

    /// <summary>The epochs, first to last.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Whether a callback, or whoever cancelled it, stopped the training before the end of its last epoch.</summary>
    public bool StoppedEarly { get; internal set; }

    /// <summary>Why it was stopped early, if it was and whoever did so gave a reason.</summary>
    public string? StopReason { get; internal set; }

    /// <summary>The values with a name, one for each epoch, such as <c>history["val_loss"]</c>.</summary>
    public IReadOnlyList<double> this[string name] => [.. _epochs.Select(epoch => epoch[name])];

    /// <summary>Charts of loss and metrics over the epochs, training and validation together, and of the learning rate if it moved.</summary>
    /// <exception cref="InvalidOperationException">There is no epoch yet.</exception>
    public ChartPage ToChart()
    {
        if (_epochs.Count == 0)
        {
            throw new InvalidOperationException("History: there is no epoch to draw yet.");
        }

        string[] all = Names;
        List<Chart> charts = [];
        foreach (string name in all.Where(name => !name.StartsWith(Validation, StringComparison.Ordinal) || !all.Contains(name[Validation.Length..])))
        {
            Chart chart = Make(name);
            Add(chart, "training", name, 0);
            if (all.Contains(Validation + name))
            {
                Add(chart, "validation", Validation + name, 1);
            }

            charts.Add(chart);
        }

        if (_epochs.Any(epoch => epoch.LearningRate != _epochs[0].LearningRate))
        {
            charts.Add(Make("learning rate").Line("", Numbers(), [.. _epochs.Select(static epoch => epoch.LearningRate)], Style(0)));
        }

        return charts.Count == 3 ? new ChartPage(charts, columns: 3) { PanelWidth = 400 } : new ChartPage(charts);
    }

    /// <summary>Draws <see cref="ToChart"/> into an SVG file.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <exception cref="InvalidOperationException">There is no epoch yet.</exception>
    public void SaveChart(string path) => ToChart().Save(path);

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

    private static Chart Make(string title) => new(title) { XAxis = { Label = "epoch" } };

    private double[] Numbers() => [.. _epochs.Select(static epoch => (double)epoch.Epoch)];

    private void Add(Chart chart, string label, string name, int index) => chart.Line(
        label, Numbers(), [.. _epochs.Select(epoch => epoch.Values.TryGetValue(name, out double value) ? value : double.NaN)], Style(index));

    // With few epochs one wants to see each of them.
    private ChartStyle Style(int index) =>
        ChartPalette.Style(index) with { Marker = _epochs.Count <= 30 ? ChartMarker.Circle : ChartMarker.None };
}
