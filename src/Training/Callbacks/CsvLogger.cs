namespace DeepSharp.Training;

/// <summary>Writes a row of comma-separated values for each epoch: its number, loss and metrics, learning rate, seconds and samples per second.</summary>
/// <inheritdoc cref="EpochLog"/>
/// <param name="path">The file; an older one is replaced.</param>
public sealed class CsvLogger(string path) : EpochLog(path)
{
    private protected override string First(IReadOnlyList<string> names) => HistoryCsv.Header(names);

    private protected override string Line(EpochResult result, IReadOnlyList<string> names) => HistoryCsv.Row(result, names);
}
