using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>A file of text that grows by a line for each epoch.</summary>
/// <remarks>
/// A training begins the file anew; one that is resumed writes the epochs that were done before first, so that each stands there once, whenever
/// the process before was ended. Lines are on the disk when the next epoch begins.
/// </remarks>
public abstract class EpochLog : ICallback
{
    private readonly string _path;

    private protected EpochLog(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
    }

    /// <inheritdoc/>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.IsPrimary)
        {
            AtomicFile.WriteText(_path, First(context.ValueNames) + Before(context, _path));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (context.IsPrimary)
        {
            Append(Line(result, context.ValueNames));
        }
    }

    /// <summary>What the file begins with.</summary>
    private protected abstract string First(IReadOnlyList<string> names);

    /// <summary>The lines of what was done before the training was resumed.</summary>
    private protected virtual string Before(TrainingContext context, string path) =>
        string.Concat(context.History.Epochs.Select(result => Line(result, context.ValueNames)));

    private protected void Append(string lines) => File.AppendAllText(_path, lines);

    /// <summary>The line of an epoch.</summary>
    private protected abstract string Line(EpochResult result, IReadOnlyList<string> names);
}
