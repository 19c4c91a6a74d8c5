using System.Globalization;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>Saves the network after epochs: after each, or after those that were the best so far.</summary>
/// <remarks>
/// <para>Files are safetensors, written whole or not at all, and hold what <c>State()</c> gives:
/// <c>model.LoadState(SafeTensors.Load(path))</c> brings it back. Their metadata names the epoch, as <c>epoch</c>, and the value watched,
/// under its name.</para>
/// <para>To go on with a training that was cut short, save the optimizer as well, load both before <c>Fit</c>, and give it the number of
/// the epoch saved plus 1 as <c>firstEpoch</c>, so that it shuffles as the first training would have.</para>
/// </remarks>
public sealed class ModelCheckpoint : ICallback
{
    private const string Number = "{epoch}";

    private readonly string _path;
    private readonly string? _monitor;
    private readonly bool _smallerIsBetter;
    private readonly string? _optimizerPath;

    /// <summary>Saves to a file.</summary>
    /// <param name="path">The file, which a later epoch replaces; <c>{epoch}</c> in its name stands for the epoch's number and keeps them
    /// apart.</param>
    /// <param name="monitor">The value of the history that must be better than in all epochs before, such as <c>val_loss</c>; null to save
    /// after each epoch. NaN is never better.</param>
    /// <param name="smallerIsBetter">Whether small values are good; true for losses, false for accuracies.</param>
    /// <param name="optimizerPath">Another file, for the optimizer's state; null for none.</param>
    /// <exception cref="ArgumentException">A path or the value's name is empty, or both paths are one.</exception>
    public ModelCheckpoint(string path, string? monitor = null, bool smallerIsBetter = true, string? optimizerPath = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (monitor?.Length == 0 || optimizerPath?.Length == 0)
        {
            throw new ArgumentException("ModelCheckpoint: the name of a value or file is empty. Leave it out, or give null.");
        }

        if (optimizerPath is not null && Path.GetFullPath(path) == Path.GetFullPath(optimizerPath))
        {
            throw new ArgumentException(
                $"ModelCheckpoint: {path} cannot hold both the network and the optimizer. Give each a file of its own.", nameof(optimizerPath));
        }

        _path = path;
        _monitor = monitor;
        _smallerIsBetter = smallerIsBetter;
        _optimizerPath = optimizerPath;
    }

    /// <summary>The epoch that was saved last, from 1; 0 before the first.</summary>
    public int SavedEpoch { get; private set; }

    /// <summary>The value watched, in that epoch; NaN before the first and if none is watched.</summary>
    public double SavedValue { get; private set; } = double.NaN;

    /// <inheritdoc/>
    /// <exception cref="DirectoryNotFoundException">The folder of a file does not exist.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        SavedEpoch = 0;
        SavedValue = double.NaN;

        // Now, not after an epoch's work.
        RequireFolder(_path);
        RequireFolder(_optimizerPath);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">A file cannot be written; the one before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder or file may not be written.</exception>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        Dictionary<string, string> metadata = new() { ["epoch"] = result.Epoch.ToString(CultureInfo.InvariantCulture) };
        double value = double.NaN;
        if (_monitor is not null)
        {
            value = result[_monitor];
            if (double.IsNaN(value) || (SavedEpoch > 0 && !(_smallerIsBetter ? value < SavedValue : value > SavedValue)))
            {
                return;
            }

            metadata[_monitor] = value.ToString("R", CultureInfo.InvariantCulture);
        }

        SafeTensors.Save(At(_path, result.Epoch), context.Model.State(), metadata);
        if (_optimizerPath is not null)
        {
            SafeTensors.Save(At(_optimizerPath, result.Epoch), context.Optimizer.State(), metadata);
        }

        SavedEpoch = result.Epoch;
        SavedValue = value;
    }

    private static string At(string path, int epoch) =>
        path.Replace(Number, epoch.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static void RequireFolder(string? path)
    {
        if (path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"ModelCheckpoint: {path} cannot be written: there is no folder {folder}.");
        }
    }
}
