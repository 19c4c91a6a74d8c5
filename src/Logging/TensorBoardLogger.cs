using DeepSharp.Training;

namespace DeepSharp.Logging;

/// <summary>Writes loss, metrics and learning rate to event files, which TensorBoard shows: <c>tensorboard --logdir FOLDER</c>.</summary>
/// <remarks>
/// <para>Runs are the folders <c>train</c> and, with validation data, <c>validation</c>, so that TensorBoard shows the curves of both in one picture:
/// <c>epoch/loss</c> and so on for each metric. The first also has <c>epoch/learning_rate</c>, <c>epoch/samples_per_second</c> and the epoch's number
/// (<c>epoch/number</c>), the network and the optimizer as texts, and what <paramref name="every"/> and <paramref name="histograms"/> ask for. All are
/// at the step that the optimizer has made (<see cref="TrainingContext.Steps"/>).</para>
/// <para>A training that is resumed writes new files, from which on TensorBoard forgets what the ones before have of later steps. One that begins
/// in the folder of another takes its place likewise; give each training a folder of its own to compare them.</para>
/// </remarks>
/// <param name="folder">The folder, which is made if it does not exist.</param>
/// <param name="every">Every how many steps to write <c>batch/loss</c> and the metrics, the means of the epoch so far, and <c>batch/learning_rate</c>;
/// 0 for none. It waits for the device.</param>
/// <param name="histograms">Every how many epochs to write how the elements of each parameter are spread; 0 for none.</param>
/// <param name="hyperParameters">Numbers, truth values and texts by name, for TensorBoard's table of runs (HPARAMS); the last loss and metrics
/// are its results.</param>
public sealed class TensorBoardLogger(
    string folder, int every = 0, int histograms = 0, IReadOnlyDictionary<string, object>? hyperParameters = null) : ICallback
{
    private const string Validation = "val_";

    private readonly string _folder = string.IsNullOrEmpty(folder)
        ? throw new ArgumentException("TensorBoardLogger: the folder's name is empty.", nameof(folder))
        : folder;
    private readonly int _every = NotNegative(every, nameof(every));
    private readonly int _histograms = NotNegative(histograms, nameof(histograms));
    private readonly IReadOnlyDictionary<string, object>? _hyperParameters = Checked(hyperParameters);
    private EventFileWriter? _run;
    private EventFileWriter? _train;
    private EventFileWriter? _validation;
    private long _written;

    /// <inheritdoc/>
    /// <exception cref="IOException">The files cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.IsPrimary)
        {
            return;
        }

        _written = context.Steps;
        _train = Open("train", context);
        if (context.Steps == 0)
        {
            _train.AddText("model", $"    {context.Model.ToString()!.ReplaceLineEndings("\n    ")}", 0);
            _train.AddText("optimizer", context.Optimizer.ToString()!, 0);
        }

        _validation = context.ValueNames.Any(IsValidation) ? Open("validation", context) : null;
        if (_hyperParameters is not null)
        {
            _run = Open(string.Empty, context);
            _run.AddHyperParameters(_hyperParameters, context.ValueNames.Select(static name =>
                IsValidation(name) ? ("validation", Tag(name)) : ("train", Tag(name))));
            _run.Flush();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_train is null || _every == 0 || context.Steps == _written || context.Steps % _every != 0)
        {
            return;
        }

        _written = context.Steps;
        _train.AddScalar("batch/loss", context.Loss, context.Steps);
        foreach ((string name, double value) in context.Metrics)
        {
            _train.AddScalar($"batch/{name}", value, context.Steps);
        }

        _train.AddScalar("batch/learning_rate", context.Optimizer.LearningRate, context.Steps);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (_train is null)
        {
            return;
        }

        foreach ((string name, double value) in result.Values)
        {
            (IsValidation(name) ? _validation! : _train).AddScalar(Tag(name), value, context.Steps);
        }

        _train.AddScalar("epoch/learning_rate", result.LearningRate, context.Steps);
        _train.AddScalar("epoch/samples_per_second", result.SamplesPerSecond, context.Steps);
        _train.AddScalar("epoch/number", result.Epoch, context.Steps);
        if (_histograms > 0 && result.Epoch % _histograms == 0)
        {
            foreach ((string name, Parameter parameter) in context.Model.NamedParameters())
            {
                _train.AddHistogram($"parameters/{name}", parameter, context.Steps);
            }
        }

        _train.Flush();
        _validation?.Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The rest cannot be written.</exception>
    public void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _run?.AddEnd(context.Error is null);
        _run?.Dispose();
        _train?.Dispose();
        _validation?.Dispose();
        (_run, _train, _validation) = (null, null, null);
    }

    private static bool IsValidation(string name) => name.StartsWith(Validation, StringComparison.Ordinal);

    private static string Tag(string name) => $"epoch/{(IsValidation(name) ? name[Validation.Length..] : name)}";

    private static int NotNegative(int value, string name) => value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, $"TensorBoardLogger: {name} must be 0 (none) or more, not {value}.");

    private static IReadOnlyDictionary<string, object>? Checked(IReadOnlyDictionary<string, object>? values)
    {
        if (values is not null)
        {
            EventFileWriter.CheckValues(values);
        }

        return values;
    }

    // Of a folder with files, what they have of steps to come is void.
    private EventFileWriter Open(string run, TrainingContext context)
    {
        string path = Path.Combine(_folder, run);
        bool isNew = !Directory.Exists(path) || !Directory.EnumerateFiles(path, "events.out.tfevents.*").Any();
        return new EventFileWriter(path, isNew ? null : context.Steps == 0 ? 0 : context.Steps + 1);
    }
}
