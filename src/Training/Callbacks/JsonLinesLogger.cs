namespace DeepSharp.Training;

/// <summary>Writes a JSON object for each epoch, one to a line: <c>{"epoch":1,"values":{"loss":0.5},"learning_rate":0.001,…}</c>.</summary>
/// <inheritdoc cref="EpochLog"/>
/// <param name="path">The file; an older one is replaced.</param>
public sealed class JsonLinesLogger(string path) : EpochLog(path)
{
    private protected override string First(IReadOnlyList<string> names) => string.Empty;

    private protected override string Line(EpochResult result, IReadOnlyList<string> names) => HistoryJson.Write(result).ToJsonString() + "\n";
}
