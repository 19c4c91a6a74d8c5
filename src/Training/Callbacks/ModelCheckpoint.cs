using System.Globalization;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>Saves the network after epochs: after each, or after those that were the best so far.</summary>
/// <remarks>
/// <para>Files are safetensors, written whole or not at all. Without the optimizer they hold what the network's <c>State()</c> gives:
/// <c>model.LoadState(SafeTensors.Load(path))</c> brings it back. Their metadata names the epoch, as <c>epoch</c>, and the value watched,
/// under its name.</para>
/// <para>To go on with a training that was cut short, save the optimizer as well. It goes into the same file, its names behind
/// <c>__optimizer__.</c>, so that however a training ends, network and optimizer are of one epoch. <see cref="Load"/> brings both back; give
/// <c>Fit</c> the epoch it returns plus 1 as <c>firstEpoch</c>, so that it shuffles as the first training would have.</para>
/// </remarks>
/// <example><code>
/// model.Fit(data, optimizer, callbacks: [new ModelCheckpoint("training.safetensors", includeOptimizer: true)]);
/// int epoch = ModelCheckpoint.Load("training.safetensors", model, optimizer);
/// model.Fit(data, optimizer, firstEpoch: epoch + 1);
/// </code></example>
public sealed class ModelCheckpoint : ICallback
{
    private const string Number = "{epoch}";
    private const string EpochKey = "epoch";
    private const string OfOptimizer = "__optimizer__.";

    private readonly string _path;
    private readonly string? _monitor;
    private readonly bool _smallerIsBetter;
    private readonly bool _includeOptimizer;

    /// <summary>Saves to a file.</summary>
    /// <param name="path">The file, which a later epoch replaces; <c>{epoch}</c> in its name stands for the epoch's number and keeps them
    /// apart.</param>
    /// <param name="monitor">The value of the history that must be better than in all epochs before, such as <c>val_loss</c>; null to save
    /// after each epoch. NaN is never better.</param>
    /// <param name="smallerIsBetter">Whether small values are good; true for losses, false for accuracies.</param>
    /// <param name="includeOptimizer">Whether the file holds the optimizer's state, too.</param>
    /// <exception cref="ArgumentException">The path or the value's name is empty.</exception>
    public ModelCheckpoint(string path, string? monitor = null, bool smallerIsBetter = true, bool includeOptimizer = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (monitor?.Length == 0)
        {
            throw new ArgumentException("ModelCheckpoint: the name of a value is empty. Leave it out, or give null.", nameof(monitor));
        }

        _path = path;
        _monitor = monitor;
        _smallerIsBetter = smallerIsBetter;
        _includeOptimizer = includeOptimizer;
    }

    /// <summary>The epoch that was saved last, from 1; 0 before the first.</summary>
    public int SavedEpoch { get; private set; }

    /// <summary>The value watched, in that epoch; NaN before the first and if none is watched.</summary>
    public double SavedValue { get; private set; } = double.NaN;

    /// <summary>Brings a network back, and an optimizer that was saved with it.</summary>
    /// <param name="path">A file that a checkpoint saved.</param>
    /// <param name="model">The network, made as the saved one was.</param>
    /// <param name="optimizer">The optimizer, of the same rule over the same parameters; null to leave what the file has of it.</param>
    /// <returns>The number of the epoch that was saved.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such file, or holds no optimizer although one is given.</exception>
    /// <exception cref="ArgumentException">The state is of another network or optimizer. Neither has been changed.</exception>
    public static int Load(string path, Module model, Optimizer? optimizer = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using SafeTensorsFile file = SafeTensors.Open(path);
        if (!int.TryParse(file.Metadata.GetValueOrDefault(EpochKey), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch))
        {
            throw new InvalidDataException($"{path}: expected a file of ModelCheckpoint, whose metadata names the epoch, and found none there.");
        }

        using TensorScope scope = Tensor.Scope();
        ILookup<bool, string> names = file.Entries.Select(static entry => entry.Name).ToLookup(IsOfOptimizer);
        if (optimizer is not null && !names[true].Any())
        {
            throw new InvalidDataException(
                $"{path}: expected an optimizer with the network, and found none. ModelCheckpoint saves it with includeOptimizer: true.");
        }

        // Where one of the two does not fit, the other stays as it is, too.
        using ModuleSnapshot before = new();
        before.Take(model);
        model.LoadState(names[false].ToDictionary(static name => name, name => file.Load(name, Device.Cpu)));
        try
        {
            optimizer?.LoadState(names[true].ToDictionary(static name => name[OfOptimizer.Length..], name => file.Load(name, Device.Cpu)));
        }
        catch
        {
            before.Restore(model);
            throw;
        }

        return epoch;

        static bool IsOfOptimizer(string name) => name.StartsWith(OfOptimizer, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        SavedEpoch = 0;
        SavedValue = double.NaN;

        // Now, not after an epoch's work.
        if (Path.GetDirectoryName(Path.GetFullPath(_path)) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"ModelCheckpoint: {_path} cannot be written: there is no folder {folder}.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; the one before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        string epoch = result.Epoch.ToString(CultureInfo.InvariantCulture);
        Dictionary<string, string> metadata = new() { [EpochKey] = epoch };
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

        IEnumerable<KeyValuePair<string, Tensor>> state = context.Model.State();
        if (_includeOptimizer)
        {
            state = state.Concat(context.Optimizer.State().Select(static pair => KeyValuePair.Create(OfOptimizer + pair.Key, pair.Value)));
        }

        SafeTensors.Save(_path.Replace(Number, epoch, StringComparison.Ordinal), new Dictionary<string, Tensor>(state), metadata);
        SavedEpoch = result.Epoch;
        SavedValue = value;
    }
}
