using System.Diagnostics;
using System.Runtime.InteropServices;
using DeepSharp.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepSharp.Logging;

/// <summary>Shows how a training goes: of the epoch under way a bar with the time left, loss, metrics, samples per second, learning rate and memory;
/// of each epoch before a line that stays.</summary>
/// <remarks>
/// <para>Memory is what the blocks in use on the network's device have, and the process's. The loss is read from the device, which waits for it, four
/// times a second at most; its readings are also drawn as a row of blocks (NaN and infinities as <c>!</c>).</para>
/// <para>Where the output is no terminal (a file, a pipe) or one without a cursor, there is a line for each epoch as <see cref="ProgressLines"/> writes it,
/// without control characters. Colours follow <c>NO_COLOR</c> and the terminal. What else is written to the terminal while an epoch is under way
/// may be drawn over.</para>
/// </remarks>
/// <param name="console">Where; the standard output if null.</param>
public sealed class ProgressBar(IAnsiConsole? console = null) : ICallback
{
    private const double Interval = 0.25;
    private const int MostReadings = 48;

    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly List<double> _losses = [];
    private readonly LiveBlock _block = new();
    private IAnsiConsole? _console;
    private ProgressLines? _lines;
    private long _drawn;
    private int _skip;
    private int _readings;

    /// <inheritdoc/>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _console = console ?? AnsiConsole.Create(new AnsiConsoleSettings());
        Capabilities capabilities = (Capabilities)_console.Profile.Capabilities;
        if (!context.IsPrimary || !capabilities.Ansi || !capabilities.Interactive || (console is null && !_console.Profile.Out.IsTerminal))
        {
            _lines = new ProgressLines(_console.Profile.Out.Writer);
            return;
        }

        _lines = null;
        _losses.Clear();
        (_drawn, _skip, _readings) = (0, 1, 0);
        _block.Begin();
        _console.Cursor.Hide();

        // A program that is ended from outside, or interrupted twice, does not come to the end of its training.
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => _console.Cursor.Show()));
        }
    }

    /// <inheritdoc/>
    public void OnEpochBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_lines is null && context.Batch == 0)
        {
            Draw(Snapshot(context, reads: false));
        }
    }

    /// <inheritdoc/>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_lines is null && Stopwatch.GetElapsedTime(_drawn).TotalSeconds >= Interval)
        {
            Draw(Snapshot(context, reads: true));
        }
    }

    /// <inheritdoc/>
    public void OnValidationBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_lines is null)
        {
            Draw(Snapshot(context, reads: true) with { IsValidating = true });
        }
    }

    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (_lines is not null)
        {
            _lines.OnEpochEnd(context, result);
            return;
        }

        _block.Replace(_console!, ProgressText.Done(
            result.Epoch, context.Epochs, result.Values, result.SamplesPerSecond, result.Seconds, _console!.Profile.Width));
    }

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_lines is not null || _console is null)
        {
            return;
        }

        try
        {
            bool isBroken = context.Epoch > 0 && !context.History.Epochs.Any(epoch => epoch.Epoch == context.Epoch);
            string how = context.Error is null ? "stopped" : "failed";
            string text = $"epoch {context.Epoch}/{context.Epochs}  {how} after {context.Batch:N0} of {context.Batches:N0} batches";
            _block.Replace(_console, isBroken ? [Segment.Truncate([new Segment(text)], Math.Max(1, _console.Profile.Width - 1))] : []);
        }
        finally
        {
            _console.Cursor.Show();
            _signals.ForEach(static signal => signal.Dispose());
            _signals.Clear();
        }
    }

    private void Draw(ProgressSnapshot now)
    {
        Profile profile = _console!.Profile;
        _block.Draw(_console, ProgressText.Live(now, profile.Width, Math.Min(6, profile.Height - 1), profile.Capabilities.Unicode));
        _drawn = Stopwatch.GetTimestamp();
    }

    private ProgressSnapshot Snapshot(TrainingContext context, bool reads)
    {
        List<KeyValuePair<string, double>> values = [];
        if (reads && context.Batch > 0)
        {
            double loss = context.Loss;
            Note(loss);
            values = [new("loss", loss), .. context.Metrics];
        }

        EpochResult? before = context.History.Epochs.Count > 0 ? context.History.Epochs[^1] : null;
        double perBatch = context.Batch > 0 ? context.Seconds / context.Batch : before?.Seconds / Math.Max(1, context.Batches) ?? double.NaN;
        double left = perBatch * (context.Batches - context.Batch);
        double perEpoch = before is null ? perBatch * context.Batches : context.History.Epochs.Average(static epoch => epoch.Seconds);
        Device device = context.Model.Parameters().FirstOrDefault()?.Device ?? Device.Default;
        return new ProgressSnapshot
        {
            Epoch = context.Epoch,
            Epochs = context.Epochs,
            Batch = context.Batch,
            Batches = context.Batches,
            EpochLeft = double.IsFinite(left) ? left : null,
            AllLeft = double.IsFinite(left) ? left + (perEpoch * (context.Epochs - context.Epoch)) : null,
            Values = values,
            Losses = [.. _losses],
            Validation = [.. (before?.Values ?? new Dictionary<string, double>()).Where(static pair => pair.Key.StartsWith("val_", StringComparison.Ordinal))],
            SamplesPerSecond = context.Batch > 0 ? context.Samples / context.Seconds : before?.SamplesPerSecond ?? 0,
            LearningRate = context.Optimizer.LearningRate,
            Device = device.ToString(),
            DeviceBytes = device.Statistics.LiveBytes,
            ProcessBytes = Environment.WorkingSet,
        };
    }

    // The whole training in a few dozen readings: when there are too many, every other one goes, and half as many are noted from then on.
    private void Note(double loss)
    {
        if (_readings++ % _skip != 0)
        {
            return;
        }

        _losses.Add(loss);
        if (_losses.Count >= MostReadings)
        {
            double[] kept = [.. _losses.Where(static (_, i) => i % 2 == 0)];
            _losses.Clear();
            _losses.AddRange(kept);
            _skip *= 2;
        }
    }
}
