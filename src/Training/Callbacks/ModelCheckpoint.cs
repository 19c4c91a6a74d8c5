using System.Diagnostics;
using System.Globalization;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>Saves the training while it goes on, one file at a time: after epochs, after steps, after minutes, or after epochs that were the best so far.</summary>
/// <remarks>
/// <para>A file holds all that a training is (<see cref="TrainingCheckpoint"/>), written whole or not at all, and
/// <c>Fit(…, resumeFrom: path)</c> goes on from it to the bit, in the middle of an epoch as well. It is saved once all callbacks have been told of
/// the epoch or step. A training that ends or is stopped is saved once more where it stands, unless only the best epochs are wanted or it
/// ended by an exception. Files that a killed process left half written go when the next one is saved.</para>
/// <para>To keep both the best and the last, give two callbacks.</para>
/// </remarks>
/// <example><code>
/// ModelCheckpoint checkpoint = new("training.safetensors", everySteps: 1000);
/// model.Fit(data, optimizer, epochs: 10, callbacks: [checkpoint], resumeFrom: TrainingCheckpoint.Latest("training.safetensors"));
/// </code></example>
public sealed class ModelCheckpoint : ICallback
{
    private readonly string _path;
    private readonly CheckpointName _name;
    private readonly string? _monitor;
    private readonly bool _smallerIsBetter;
    private readonly bool _weightsOnly;
    private readonly int? _keepLast;
    private readonly int _everyEpochs;
    private readonly int _everySteps;
    private readonly double _everyMinutes;
    private long _savedAt;
    private (int Epoch, int Batch) _savedPosition;
    private string? _bestFile;

    /// <summary>Saves to a file.</summary>
    /// <param name="path">The file, which a later one replaces; <c>{epoch}</c> and <c>{step}</c> in its name stand for their numbers and keep files
    /// apart.</param>
    /// <param name="monitor">The value of the history that must be better than in all epochs before, such as <c>val_loss</c>; null to save
    /// without regard to values. NaN is never better. As long as the file is there, a further call of <c>Fit</c> with the same callback must be
    /// better still.</param>
    /// <param name="smallerIsBetter">Whether small values are good; true for losses, false for accuracies.</param>
    /// <param name="weightsOnly">Whether files hold the network alone, as <c>model.LoadState(SafeTensors.Load(path))</c> takes it. No training goes
    /// on from them.</param>
    /// <param name="keepLast">How many files stay, of those whose names differ by their numbers only: when one is saved, the oldest go. All if null.</param>
    /// <param name="everyEpochs">After how many epochs a file is saved; 0 for not by epochs.</param>
    /// <param name="everySteps">After how many steps of the optimizer a file is saved; 0 for not by steps.</param>
    /// <param name="everyMinutes">After how many minutes a file is saved, at the end of the step; 0 for not by time.</param>
    /// <exception cref="ArgumentException">The path or the value's name is empty, a number is out of range, a value is to be watched between
    /// epochs, or files are to be kept that have one name.</exception>
    public ModelCheckpoint(
        string path, string? monitor = null, bool smallerIsBetter = true, bool weightsOnly = false, int? keepLast = null, int everyEpochs = 1,
        int everySteps = 0, double everyMinutes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (monitor?.Length == 0)
        {
            throw new ArgumentException("ModelCheckpoint: the name of a value is empty. Leave it out, or give null.", nameof(monitor));
        }

        Bounds.AtLeast(1, keepLast ?? 1, nameof(ModelCheckpoint), nameof(keepLast));
        Bounds.AtLeast(0, everyEpochs, nameof(ModelCheckpoint));
        Bounds.AtLeast(0, everySteps, nameof(ModelCheckpoint));
        if (!(everyMinutes >= 0 && double.IsFinite(everyMinutes)))
        {
            throw new ArgumentOutOfRangeException(nameof(everyMinutes), $"ModelCheckpoint: the minutes must be finite and not negative, not {everyMinutes}.");
        }

        if (monitor is not null && (everySteps > 0 || everyMinutes > 0))
        {
            throw new ArgumentException(
                $"ModelCheckpoint: {monitor} is known at the end of an epoch. Leave everySteps and everyMinutes out, or watch no value.", nameof(monitor));
        }

        _name = new CheckpointName(path);
        if (keepLast is not null && !_name.IsNumbered)
        {
            throw new ArgumentException(
                $"ModelCheckpoint: the last {keepLast} files cannot be kept under one name, {path}. Put {{epoch}} or {{step}} into it.", nameof(keepLast));
        }

        (_path, _monitor, _smallerIsBetter, _weightsOnly, _keepLast) = (path, monitor, smallerIsBetter, weightsOnly, keepLast);
        (_everyEpochs, _everySteps, _everyMinutes) = (everyEpochs, everySteps, everyMinutes);
    }

    /// <summary>The epoch that was saved last, from 1; 0 before the first.</summary>
    public int SavedEpoch { get; private set; }

    /// <summary>The value watched, in that epoch; NaN before the first and if none is watched.</summary>
    public double SavedValue { get; private set; } = double.NaN;

    /// <inheritdoc/>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    /// <exception cref="KeyNotFoundException">No epoch comes to the value to watch.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_monitor is not null)
        {
            context.RequireValue(_monitor, nameof(ModelCheckpoint));
        }

        // Now, not after an epoch's work.
        if (context.IsPrimary)
        {
            AtomicFile.RequireWritable(_name.At(1, 1));
        }

        _savedAt = Stopwatch.GetTimestamp();
        _savedPosition = Position(context);

        // A file that is gone is no bar.
        if (_bestFile is null || !File.Exists(_bestFile))
        {
            (SavedEpoch, SavedValue, _bestFile) = (0, double.NaN, null);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; the one before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.HasStepped && ((_everySteps > 0 && context.Steps % _everySteps == 0)
            || (_everyMinutes > 0 && context.PrimarySays(Stopwatch.GetElapsedTime(_savedAt).TotalMinutes >= _everyMinutes))))
        {
            context.SaveLater(() => Save(context, double.NaN));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; the one before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (_everyEpochs == 0 || result.Epoch % _everyEpochs != 0)
        {
            return;
        }

        double value = _monitor is null ? double.NaN : result[_monitor];
        if (_monitor is null || (!double.IsNaN(value) && (SavedEpoch == 0 || (_smallerIsBetter ? value < SavedValue : value > SavedValue))))
        {
            context.SaveLater(() => Save(context, value));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State() => CallbackState.Of(("saved_epoch", SavedEpoch), ("saved_value", SavedValue));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is missing.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        double[] numbers = CallbackState.Read(nameof(ModelCheckpoint), state, "saved_epoch", "saved_value");
        (SavedEpoch, SavedValue) = ((int)numbers[0], numbers[1]);
        _bestFile = SavedEpoch > 0 ? _name.Files().Select(static file => file.Path).FirstOrDefault() : null;
    }

    /// <summary>Saves where a training has ended or been stopped, before callbacks are told so and may change the network.</summary>
    internal void SaveEnd(TrainingContext context)
    {
        if (_monitor is null && context.Epoch > 0 && _savedPosition != Position(context))
        {
            Save(context, double.NaN);
        }
    }

    private static (int Epoch, int Batch) Position(TrainingContext context) => (context.Epoch, context.IsEpochDone ? int.MaxValue : context.Batch);

    private void Save(TrainingContext context, double value)
    {
        if (context.IsBroken)
        {
            return;
        }

        string path = _name.At(context.Epoch, context.Steps);
        (int epoch, double before) = (SavedEpoch, SavedValue);

        // The file remembers itself.
        (SavedEpoch, SavedValue) = (context.Epoch, value);
        Dictionary<string, string> notes = [];
        if (_monitor is not null)
        {
            notes[_monitor] = value.ToString("R", CultureInfo.InvariantCulture);
        }

        try
        {
            if (_weightsOnly && !context.IsPrimary)
            {
                // The first process's file is all processes'.
                context.Parallel!.Align(context.Model);
            }
            else if (_weightsOnly)
            {
                context.Parallel?.Align(context.Model);
                SafeTensors.Save(
                    path, context.Model.State(), new Dictionary<string, string>(notes) { ["epoch"] = context.Epoch.ToString(CultureInfo.InvariantCulture) });
            }
            else
            {
                context.WriteTo(path, notes);
            }
        }
        catch
        {
            (SavedEpoch, SavedValue) = (epoch, before);
            throw;
        }

        _bestFile = path;
        _savedPosition = Position(context);
        _savedAt = Stopwatch.GetTimestamp();
        foreach (string old in !context.IsPrimary ? [] : _name.Files().Select(static file => file.Path).Where(file => Path.GetFullPath(file) != Path.GetFullPath(path))
            .Skip((_keepLast ?? int.MaxValue) - 1))
        {
            File.Delete(old);
        }
    }
}
