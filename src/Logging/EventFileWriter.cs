using System.Diagnostics;

namespace DeepSharp.Logging;

/// <summary>Writes an event file, which TensorBoard shows: scalars, histograms, images, texts and hyper-parameters of a training loop by hand.</summary>
/// <remarks>
/// <para>TensorBoard takes each folder for a run, and shows those of all folders under the one it is started with:
/// <c>tensorboard --logdir runs</c>. A name such as <c>loss/train</c> is shown in a group <c>loss</c>. The records are those of PyTorch's
/// <c>SummaryWriter</c>, byte for byte: protocol buffers with checksums.</para>
/// <para>Several threads may write at once. What is written is in the file at the latest when two seconds have passed and something else is
/// written, at <see cref="Flush"/>, and at the end.</para>
/// </remarks>
/// <example><code>
/// using EventFileWriter events = new("runs/first");
/// events.AddScalar("loss", loss.Item(), step);
/// </code></example>
public sealed class EventFileWriter : IDisposable
{
    private static int s_files;

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly FileStream _stream;
    private long _flushed = Stopwatch.GetTimestamp();
    private bool _isDisposed;

    /// <summary>A new file in a folder.</summary>
    /// <param name="folder">The folder, which is made if it does not exist; files that are in it stay.</param>
    /// <param name="purgeStep">The first step that will be written, if a training goes on here that had come further: TensorBoard then forgets what older
    /// files have from that step on.</param>
    /// <param name="clock">Where times come from; the system's clock if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public EventFileWriter(string folder, long? purgeStep = null, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(purgeStep ?? 0, nameof(purgeStep));
        _clock = clock ?? TimeProvider.System;
        Directory.CreateDirectory(folder);
        int number = Interlocked.Increment(ref s_files) - 1;
        Path = System.IO.Path.Combine(
            folder, $"events.out.tfevents.{_clock.GetUtcNow().ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{number}");
        _stream = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        RecordStream.Write(_stream, EventMessages.FileVersion(Now));
        if (purgeStep is { } step)
        {
            RecordStream.Write(_stream, EventMessages.FileVersion(Now, step));
            RecordStream.Write(_stream, EventMessages.SessionStart(Now, step));
        }

        _stream.Flush();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>A number at a step, which becomes a point of a curve.</summary>
    /// <param name="tag">The curve's name.</param>
    /// <param name="value">The number, which is kept as Float32.</param>
    /// <param name="step">The step, from 0.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void AddScalar(string tag, double value, long step)
    {
        Check(tag, step);
        Write(EventMessages.Scalar(Now, step, tag, value));
    }

    /// <summary>How a tensor's elements are spread, at a step: how many are in each of TensorFlow's bins, whose borders grow by a tenth.</summary>
    /// <remarks>NaN and infinities are left out; of a tensor with nothing else, or without elements, nothing is written. Waits for the device.</remarks>
    /// <param name="tag">The name.</param>
    /// <param name="values">A tensor of any shape and type.</param>
    /// <param name="step">The step, from 0.</param>
    /// <inheritdoc cref="AddScalar" path="/exception"/>
    public void AddHistogram(string tag, Tensor values, long step)
    {
        Check(tag, step);
        ArgumentNullException.ThrowIfNull(values);
        double[] numbers;
        using (TensorScope scope = Tensor.Scope())
        {
            numbers = values.Detach().To(Device.Cpu).To(DType.Float64).ToArray<double>();
        }

        if (HistogramBins.Of(numbers) is { } bins)
        {
            Write(EventMessages.Histogram(Now, step, tag, bins));
        }
    }

    /// <summary>A picture at a step. Waits for the device.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="image">[height, width] or [1, height, width] for grey, [3, height, width] for colours: bytes, or numbers from 0 to 1, which are
    /// rounded, and those outside cut.</param>
    /// <param name="step">The step, from 0.</param>
    /// <exception cref="ArgumentException">The name is empty, or the tensor is no picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void AddImage(string tag, Tensor image, long step)
    {
        Check(tag, step);
        ArgumentNullException.ThrowIfNull(image);
        int channels = image.Rank == 2 ? 1 : image.Rank == 3 ? image.Shape[0] : 0;
        if (channels is not (1 or 3) || image.Shape.Size == 0 || !(image.DType == DType.UInt8 || image.DType.IsFloatingPoint))
        {
            throw new ArgumentException(
                $"AddImage: {image.Shape} of {image.DType} is no picture; give [height, width], [1, height, width] or [3, height, width] of UInt8 or of "
                + "numbers from 0 to 1.",
                nameof(image));
        }

        byte[] planes;
        using (TensorScope scope = Tensor.Scope())
        {
            Tensor host = image.Detach().To(Device.Cpu);
            planes = image.DType == DType.UInt8
                ? host.ToArray<byte>()
                : [.. host.To(DType.Float32).ToArray<float>().Select(
                    static value => float.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(MathF.Round(value * 255), 0, 255))];
        }

        (int height, int width) = (image.Shape[^2], image.Shape[^1]);
        Write(EventMessages.Image(Now, step, tag, height, width, channels, PngEncoder.Encode(planes, channels, height, width)));
    }

    /// <summary>A text at a step, which TensorBoard shows as Markdown.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="text">The text.</param>
    /// <param name="step">The step, from 0.</param>
    /// <inheritdoc cref="AddScalar" path="/exception"/>
    public void AddText(string tag, string text, long step)
    {
        Check(tag, step);
        ArgumentNullException.ThrowIfNull(text);
        Write(EventMessages.Text(Now, step, tag, text));
    }

    /// <summary>The hyper-parameters of this run, for TensorBoard's table of runs (HPARAMS), and which scalars are its results.</summary>
    /// <remarks>The results' last values are shown. A run has one set of hyper-parameters: write them once in a folder, and
    /// <see cref="AddEnd"/> when the run is over.</remarks>
    /// <param name="values">Numbers, truth values and texts by name.</param>
    /// <param name="results">The names of scalars (<see cref="AddScalar"/>) in this file.</param>
    /// <exception cref="ArgumentException">A value is neither a number nor a truth value nor a text.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void AddHyperParameters(IReadOnlyDictionary<string, object> values, params IReadOnlyList<string> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        AddHyperParameters(values, results.Select(static tag => (string.Empty, tag)));
    }

    /// <summary>A run with hyper-parameters is over.</summary>
    /// <param name="succeeded">Whether it came to its end.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void AddEnd(bool succeeded = true) => Write(EventMessages.SessionEndInfo(Now, succeeded));

    /// <summary>Puts what was written into the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _stream.Flush();
        }
    }

    /// <summary>Closes the file.</summary>
    /// <exception cref="IOException">The rest cannot be written.</exception>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _stream.Dispose();
        }
    }

    /// <summary>Hyper-parameters whose results are in folders beside the file.</summary>
    internal void AddHyperParameters(IReadOnlyDictionary<string, object> values, IEnumerable<(string Run, string Tag)> results)
    {
        CheckValues(values);
        double now = Now;
        Write(EventMessages.Experiment(now, values, results));
        Write(EventMessages.SessionStartInfo(now, values));
    }

    internal static void CheckValues(IReadOnlyDictionary<string, object> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach ((string name, object value) in values)
        {
            if (value is not (string or bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal))
            {
                throw new ArgumentException(
                    $"TensorBoard: the hyper-parameter '{name}' is {(value is null ? "null" : $"of {value.GetType().Name}")}, and must be a number, a truth "
                    + "value or a text. Give its ToString().",
                    nameof(values));
            }
        }
    }

    private static void Check(string tag, long step)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
    }

    private void Write(byte[] data)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            RecordStream.Write(_stream, data);
            if (Stopwatch.GetElapsedTime(_flushed).TotalSeconds > 2)
            {
                _stream.Flush();
                _flushed = Stopwatch.GetTimestamp();
            }
        }
    }
}
