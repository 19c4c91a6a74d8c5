using System.Globalization;
using System.Text.RegularExpressions;

namespace DeepSharp.Training;

/// <summary>Where checkpoints go: a file, or files whose names hold the number of an epoch or of a step.</summary>
internal sealed class CheckpointName(string path)
{
    private const string OfEpoch = "{epoch}";
    private const string OfStep = "{step}";
    private const string Digits = "[0-9]+";

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);

    /// <summary>Whether each epoch or step has a file of its own.</summary>
    internal bool IsNumbered => Path.GetFileName(path) is var name
        && (name.Contains(OfEpoch, StringComparison.Ordinal) || name.Contains(OfStep, StringComparison.Ordinal));

    /// <summary>The file of an epoch and step.</summary>
    internal string At(int epoch, long step) => path
        .Replace(OfEpoch, epoch.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace(OfStep, step.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>The files of this name that are there, newest first, the higher numbers first among those of one moment.</summary>
    internal IReadOnlyList<(string Path, DateTime Written)> Files()
    {
        string pattern = Regex.Escape(Path.GetFileName(path)).Replace(Regex.Escape(OfEpoch), Digits, StringComparison.Ordinal)
            .Replace(Regex.Escape(OfStep), Digits, StringComparison.Ordinal);
        return [.. Newest().Where(file => Regex.IsMatch(file.Name, $"^{pattern}$", RegexOptions.CultureInvariant))
            .Select(file => (Path.Combine(Path.GetDirectoryName(path)!, file.Name), file.LastWriteTimeUtc))];
    }

    /// <summary>Other files in the folder with the same ending, newest first.</summary>
    internal IEnumerable<string> Others() => Newest()
        .Where(file => file.Extension == Path.GetExtension(path) && file.FullName != Path.GetFullPath(path)).Select(static file => file.FullName);

    private IEnumerable<FileInfo> Newest() => Directory.Exists(_folder)
        ? new DirectoryInfo(_folder).EnumerateFiles().OrderByDescending(static file => file.LastWriteTimeUtc)
            .ThenByDescending(static file => file.Name.Length).ThenByDescending(static file => file.Name, StringComparer.Ordinal)
        : [];
}
