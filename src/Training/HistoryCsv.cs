namespace DeepSharp.Training;

/// <summary>Epochs as rows of comma-separated values. Names with commas or quotes are quoted (RFC 4180).</summary>
internal static class HistoryCsv
{
    internal static string Header(IReadOnlyList<string> names) => $"{string.Join(',', Columns(names).Select(Quoted))}\n";

    internal static string Row(EpochResult epoch, IReadOnlyList<string> names) => $"{string.Join(',', Cells(epoch, names, "R"))}\n";

    /// <summary>The same as lines of text in columns, with four digits.</summary>
    internal static string Table(IReadOnlyList<EpochResult> epochs, IReadOnlyList<string> names)
    {
        string[][] rows = [Columns(names), .. epochs.Select(epoch => Cells(epoch, names, "G4"))];
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadLeft(widths[column])))));
    }

    private static string[] Columns(IReadOnlyList<string> names) => ["epoch", .. names, "learning_rate", "seconds", "samples_per_second"];

    private static string[] Cells(EpochResult epoch, IReadOnlyList<string> names, string format) =>
    [
        $"{epoch.Epoch}",
        .. names.Select(name => epoch.Values.TryGetValue(name, out double value) ? Text(value, format) : string.Empty),
        Text(epoch.LearningRate, format), Text(epoch.Seconds, format), Text(epoch.SamplesPerSecond, format),
    ];

    private static string Text(double value, string format) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);

    private static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(",\"\n\r") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
