using System.Globalization;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>What a checkpoint of <c>Fit</c> holds besides network and optimizer, and where it has to be put back.</summary>
internal sealed class FitState
{
    private const string OfMetric = "metric/";
    private static readonly string[] s_counts = ["steps", "samples", "order"];
    private readonly TrainingContext _context;
    private readonly FitPlan _plan;
    private readonly RunningMean _loss;
    private readonly IReadOnlyList<Metric> _metrics;

    internal FitState(
        TrainingContext context, FitPlan plan, LossScaler? scaler, DType precision, RunningMean loss, IReadOnlyList<ICallback> callbacks,
        IReadOnlyList<Metric> metrics)
    {
        (_context, _plan, _loss, _metrics) = (context, plan, loss, metrics);
        Checkpoint = new TrainingCheckpoint(context.Model, context.Optimizer);
        foreach ((string name, string value) in plan.Settings(precision))
        {
            Checkpoint.Settings.Add(name, value);
        }

        Checkpoint.Add("fit", Counts, TakeCounts);
        Checkpoint.Add("loss", loss.State, loss.LoadState);
        if (scaler is not null)
        {
            Checkpoint.Add("scaler", scaler.State, scaler.LoadState);
        }

        foreach (Metric metric in metrics)
        {
            Checkpoint.AddPart(new CheckpointPart(OfMetric + metric.Name, metric.State, metric.LoadState, MayBeMissing: true));
        }

        Dictionary<string, int> kinds = [];
        foreach (ICallback callback in callbacks)
        {
            string kind = callback.GetType().Name;
            int number = kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            Checkpoint.AddPart(new CheckpointPart($"callback/{kind}/{number}", callback.State, callback.LoadState, MayBeMissing: true));
        }
    }

    internal TrainingCheckpoint Checkpoint { get; }

    /// <summary>Goes back to a file, and takes over where it stands.</summary>
    internal void Resume(CheckpointFile file)
    {
        if (file.Batch > 0 && Checkpoint.Parts.FirstOrDefault(part => part.Name.StartsWith(OfMetric, StringComparison.Ordinal) && file.Of(part) is not { Count: > 0 }) is { } part)
        {
            throw new ArgumentException(
                $"{file.Path} is of the middle of an epoch, and has no state of the metric '{part.Name[OfMetric.Length..]}', whose value cannot go on there. "
                + "Leave the metric out, or override its State and LoadState.");
        }

        Checkpoint.Take(file);
        (_context.Epoch, _context.Batch, _context.History) = (Checkpoint.Epoch, Checkpoint.Batch, Checkpoint.History);
        if (_plan.FirstEpoch is null)
        {
            _plan.All.ResumeEpochs(_plan.Seed, _context.Model, _context.Order);
        }

        // What is saved is added up over all processes.
        if (!_context.IsPrimary)
        {
            Reset();
        }
    }

    internal void Save(string path, IEnumerable<KeyValuePair<string, string>> notes)
    {
        (Checkpoint.Epoch, Checkpoint.Batch) = _context.IsEpochDone ? (_context.Epoch + 1, 0) : (Math.Max(1, _context.Epoch), _context.Batch);
        Checkpoint.History = _context.History;
        Checkpoint.Notes.Clear();
        Checkpoint.Notes["epoch"] = _context.Epoch.ToString(CultureInfo.InvariantCulture);
        Checkpoint.Notes["step"] = _context.Steps.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, string value) in notes)
        {
            Checkpoint.Notes[name] = value;
        }

        if (_context.Parallel is { } parallel)
        {
            parallel.Align(_context.Model);
            if (!_context.IsEpochDone)
            {
                parallel.Add(_loss, _metrics);
                if (!_context.IsPrimary)
                {
                    Reset();
                }
            }
        }

        if (_context.IsPrimary)
        {
            Checkpoint.Save(path);
            return;
        }

        // Parts of a state that processes share are brought together by all of them.
        using TensorScope scope = Tensor.Scope();
        foreach (CheckpointPart part in Checkpoint.Parts)
        {
            _ = part.State();
        }
    }

    private void Reset()
    {
        _loss.Reset();
        foreach (Metric metric in _metrics)
        {
            metric.Reset();
        }
    }

    private Dictionary<string, Tensor> Counts()
    {
        double[] counts = [_context.Steps, _context.IsEpochDone ? 0 : _context.Samples, _context.Order];
        Dictionary<string, Tensor> state = s_counts.Zip(counts).ToDictionary(
            static pair => pair.First, static pair => Tensor.Scalar(pair.Second, DType.Int64, Device.Cpu));
        state["seconds"] = Tensor.Scalar(_context.IsEpochDone ? 0 : _context.Seconds, DType.Float64, Device.Cpu);
        return state;
    }

    private void TakeCounts(IReadOnlyDictionary<string, Tensor> state)
    {
        (_context.Steps, _context.Samples, _context.Order) =
            ((long)state["steps"].Item(), (long)state["samples"].Item(), (int)state["order"].Item());
        _context.Seconds = state["seconds"].Item();
    }
}
