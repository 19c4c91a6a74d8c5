using System.Diagnostics;
using System.Runtime.ExceptionServices;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>One call of <c>Fit</c>.</summary>
internal sealed class TrainingRun(
    Module model, Optimizer optimizer, Objective objective, IReadOnlyList<Metric> metrics, IReadOnlyList<ICallback> callbacks) : IDisposable
{
    private readonly RunningMean _loss = new();
    private readonly KeptModes _modes = new(model);

    /// <summary>The type of factors; Float32 for no mixed precision.</summary>
    internal DType Precision { get; init; } = DType.Float32;

    /// <summary>What scales the loss, if anything does.</summary>
    internal LossScaler? Scaler { get; init; }

    /// <summary>The processes that train together; null for one.</summary>
    internal IParallelTraining? Parallel { get; init; }

    public void Dispose() => _loss.Dispose();

    internal History Fit(FitPlan plan, string? resumeFrom)
    {
        int batches = plan.Data.Batches(plan.BatchSize, dropLast: plan.DropLast).Count;
        TrainingContext context = new(model, optimizer, _loss, metrics, new History(), plan.Epochs, batches)
        {
            ValueNames = Names(metrics, plan.Validation is not null),
            Parallel = Parallel,
        };
        FitState state = new(context, plan, Scaler, Precision, _loss, callbacks, metrics);
        context.State = state;
        using CheckpointFile? file = resumeFrom is null ? null : CheckpointFile.Open(resumeFrom);
        if (file is not null)
        {
            state.Resume(file);
        }

        if (!model.IsTraining)
        {
            model.Train();
        }

        if (Parallel is not null && Scaler is not null)
        {
            // The scaler's steps ask for it: all processes must decide by the gradients of all.
            optimizer.SkipsNonFinite = true;
        }

        Parallel?.Begin(model, optimizer);
        Exception? error = null;
        int begun = 0;
        try
        {
            Tell(context, callback =>
            {
                callback.OnTrainBegin(context);
                begun++;
            });

            // Once more: what callbacks do at the begin is for a training that begins.
            if (file is not null)
            {
                state.Resume(file);
                Parallel?.Begin(model, optimizer);
            }

            for (int epoch = Math.Max(1, context.Epoch); epoch <= plan.Epochs && !IsStopped(context, plan); epoch = context.Epoch + 1)
            {
                // One that a resumed training had begun goes on.
                if (context.Batch == 0 || context.IsEpochDone)
                {
                    Begin(context, plan, epoch);
                }

                Tell(context, callback => callback.OnEpochBegin(context));
                if (!Epoch(context, plan))
                {
                    break;
                }
            }

            context.History.StoppedEarly = context.StopRequested && context.History.Epochs.Count(epoch => epoch.Epoch <= plan.Epochs) < plan.Epochs;
            context.History.StopReason = context.History.StoppedEarly ? context.StopReason : null;
            foreach (ModelCheckpoint checkpoint in callbacks.OfType<ModelCheckpoint>())
            {
                checkpoint.SaveEnd(context);
            }
        }
        catch (Exception first)
        {
            error = first;
        }

        End(context, begun, error);
        return context.History;
    }

    internal static Dictionary<string, double> Evaluate(
        Module model, Dataset data, Objective objective, IReadOnlyList<Metric> metrics, int batchSize, IParallelTraining? parallel = null)
    {
        using NoGrad noGrad = new();
        using EvaluationMode mode = new(model);
        using RunningMean mean = new();
        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }

        foreach (Batch batch in Shared(data.Batches(batchSize, shuffle: false), parallel))
        {
            Collect(mean, metrics, objective.Evaluate(batch), objective.Reduction, batch);
        }

        return Values(mean, metrics, parallel);
    }

    /// <summary>Trains and evaluates on one batch, with all that a training does on the device.</summary>
    internal void TryOneBatch(Dataset data, int batchSize)
    {
        // Pinned, so that it does not count as an epoch.
        foreach (Batch batch in data.Batches(batchSize, epoch: 0))
        {
            Step(batch, 1, begins: true, ends: true);
            using NoGrad noGrad = new();
            using EvaluationMode mode = new(model);
            Collect(_loss, metrics, objective.Evaluate(batch), objective.Reduction, batch);
            using (new MixedPrecision(Precision))
            {
                // As Fit does with validation data.
                Collect(_loss, metrics, objective.Evaluate(batch), objective.Reduction, batch);
            }

            _ = Values(_loss, metrics);
            break;
        }

        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }
    }

    private static string[] Names(IReadOnlyList<Metric> metrics, bool validates)
    {
        string[] names = ["loss", .. metrics.Select(static metric => metric.Name)];
        return validates ? [.. names, .. names.Select(static name => FitChecks.Validation + name)] : names;
    }

    // A batch's share of the mean over those that make one step together; what begins zeroes the gradients, what ends makes the step.
    private void Step(Batch batch, double share, bool begins, bool ends)
    {
        if (optimizer.NeedsLoss)
        {
            (_, Evaluation first) = optimizer.Step(() =>
            {
                Evaluation found = Parallel is null ? Compute() : ComputeTogether();
                return (found.Loss, found);
            });
            Collect(_loss, metrics, first, objective.Reduction, batch);
            return;
        }

        if (begins)
        {
            optimizer.ZeroGradients();
        }

        if (Parallel is not null)
        {
            Parallel.Synchronizes = ends;
        }

        Evaluation evaluation = Compute();
        Tensor counted = share == 1 ? evaluation.Loss : evaluation.Loss * share;
        (Scaler is null ? counted : Scaler.Scale(counted)).Backward();
        if (ends && Scaler is null)
        {
            optimizer.Step();
        }
        else if (ends)
        {
            Scaler!.Step(optimizer);
        }

        Collect(_loss, metrics, evaluation, objective.Reduction, batch);

        Evaluation Compute()
        {
            // Not around the step: rules that are made of tensor operators keep their digits.
            using MixedPrecision mixed = new(Precision);
            return objective.Evaluate(batch);
        }

        // A rule that looks at the loss looks at that of all processes. The mean that it reports is of the whole batch, so that it counts by its rows.
        Evaluation ComputeTogether()
        {
            Evaluation own = Compute();
            return own with { Loss = Parallel!.Average(share == 1 ? own.Loss : own.Loss * share), Reported = null, Weight = null };
        }
    }

    private void Begin(TrainingContext context, FitPlan plan, int epoch)
    {
        context.Order = plan.FirstEpoch + epoch - 1 ?? plan.All.BeginEpoch(plan.Seed, model);
        context.BeginEpoch(epoch);
        _loss.Reset();
        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }
    }

    // Whether it came to its end.
    private bool Epoch(TrainingContext context, FitPlan plan)
    {
        double before = context.Seconds;
        long began = Stopwatch.GetTimestamp();
        BatchSequence batches = plan.Data.Batches(plan.BatchSize, seed: plan.Seed, epoch: context.Order, dropLast: plan.DropLast).Skip(context.Batch);
        foreach (Batch batch in Shared(batches, Parallel))
        {
            if (callbacks.Count > 0)
            {
                Tell(context, callback => callback.OnBatchBegin(context));
            }

            bool ends = (context.Batch + 1) % plan.Accumulate == 0 || context.Batch + 1 == context.Batches;
            TryStep(context, plan, batch, ends);
            context.EndBatch(Parallel is null ? batch.X.Shape[0] : plan.RowsOf(context.Batch), before + Stopwatch.GetElapsedTime(began).TotalSeconds, ends);
            if (plan.Cancellation.IsCancellationRequested)
            {
                context.Stop("It was cancelled.");
            }

            if (callbacks.Count > 0)
            {
                Tell(context, callback => callback.OnBatchEnd(context));
            }

            if (ends && IsStopped(context, plan) && context.Batch < context.Batches)
            {
                return false;
            }
        }

        if (IsStopped(context, plan) && IsCancelled(plan))
        {
            return false;
        }

        Dictionary<string, double> values = Values(_loss, metrics, Parallel);

        // Validation uses the same metrics; callbacks go on seeing those of the training.
        context.EpochMetrics = metrics.ToDictionary(static metric => metric.Name, metric => values[metric.Name]);
        double trained = before + Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (plan.Validation is { } validation)
        {
            Validate(context, validation, Math.Max(plan.BatchSize, 256), values);
        }

        EpochResult result = new(
            context.Epoch, values, optimizer.LearningRate, before + Stopwatch.GetElapsedTime(began).TotalSeconds, context.Samples / trained);
        context.EndEpoch(result);
        Tell(context, callback => callback.OnEpochEnd(context, result));
        return true;
    }

    private void Validate(TrainingContext context, Dataset validation, int batchSize, Dictionary<string, double> values)
    {
        Parallel?.Align(model);
        Tell(context, callback => callback.OnValidationBegin(context));
        Dictionary<string, double> found;
        using (new MixedPrecision(Precision))
        {
            found = Evaluate(model, validation, objective, metrics, batchSize, Parallel);
        }

        foreach ((string name, double value) in found)
        {
            values.Add(FitChecks.Validation + name, value);
        }

        Tell(context, callback => callback.OnValidationEnd(context, found));
    }

    private void TryStep(TrainingContext context, FitPlan plan, Batch batch, bool ends)
    {
        int rows = Parallel is null ? batch.X.Shape[0] : plan.RowsOf(context.Batch);
        int first = context.Batch / plan.Accumulate * plan.Accumulate;
        long together = Math.Min((long)plan.Accumulate * plan.BatchSize, (plan.DropLast ? (long)context.Batches * plan.BatchSize : plan.Data.Count) - ((long)first * plan.BatchSize));
        try
        {
            Step(batch, Share(batch, (double)rows / together), context.Batch == first, ends);
        }
        catch (ArithmeticException error) when (AnomalyMode.IsOpen)
        {
            throw new ArithmeticException($"Fit: epoch {context.Epoch}, batch {context.Batch + 1} of {context.Batches}, step {context.Steps + 1}: {error.Message}", error);
        }
    }

    // What a batch's loss counts by: in the mean over those that make a step together and, of one that processes share, over these.
    private double Share(Batch batch, double rows) =>
        objective.Reduction == LossReduction.Mean ? rows * batch.Weight : Parallel is null ? 1 : batch.Weight == 0 ? 0 : Parallel.Size;

    private static BatchSequence Shared(BatchSequence batches, IParallelTraining? parallel) =>
        parallel is null ? batches : batches.Share(parallel.Rank, parallel.Size);

    // Processes that train together stop together.
    private bool IsStopped(TrainingContext context, FitPlan plan)
    {
        if (plan.Cancellation.IsCancellationRequested)
        {
            context.Stop("It was cancelled.");
        }

        if (Parallel is not null && (callbacks.Count > 0 || plan.Cancellation.CanBeCanceled) && Parallel.Any(context.StopRequested))
        {
            context.Stop("Another process has stopped it.");
        }

        return context.StopRequested;
    }

    private bool IsCancelled(FitPlan plan) => plan.Cancellation.CanBeCanceled
        && (Parallel?.Any(plan.Cancellation.IsCancellationRequested) ?? plan.Cancellation.IsCancellationRequested);

    private static void Collect(RunningMean mean, IReadOnlyList<Metric> metrics, Evaluation evaluation, LossReduction reduction, Batch batch)
    {
        // Computed for company only.
        if (batch.Weight == 0)
        {
            return;
        }

        using NoGrad noGrad = new();
        Tensor value = evaluation.Reported ?? evaluation.Loss;
        if (evaluation.Weight is { } weight)
        {
            mean.Add(value, weight);
        }
        else
        {
            // A mean over the batch counts as often as the batch has rows, so that a short last batch weighs less. The prediction may have
            // fewer.
            int rows = batch.Y.Shape[0];
            mean.Add(value.Count == 1 ? value : value.Sum(), rows, reduction == LossReduction.Mean ? rows : 1);
        }

        foreach (Metric metric in metrics)
        {
            metric.Update(Given.Required(metric.Name, "the prediction for a metric", evaluation.Prediction), batch.Y);
        }
    }

    private static Dictionary<string, double> Values(RunningMean mean, IReadOnlyList<Metric> metrics, IParallelTraining? parallel = null)
    {
        parallel?.Add(mean, metrics);
        Dictionary<string, double> values = new() { ["loss"] = mean.Result() };
        foreach (Metric metric in metrics)
        {
            values.Add(metric.Name, metric.Result());
        }

        return values;
    }

    // All that were begun are told the end, whatever the others do; the first error of all comes out.
    private void End(TrainingContext context, int begun, Exception? error)
    {
        for (int i = 0; i < begun; i++)
        {
            context.Error = error;
            try
            {
                callbacks[i].OnTrainEnd(context);
            }
            catch (Exception further)
            {
                error ??= further;
            }
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    // A callback that sets the whole network to evaluation mode, to look at what it does, does not mean the training that goes on. Parts that
    // it sets to evaluation mode stay in it. Checkpoints are saved when all callbacks know what they are to know.
    private void Tell(TrainingContext context, Action<ICallback> what)
    {
        _modes.Take();
        foreach (ICallback callback in callbacks)
        {
            what(callback);
        }

        if (!model.IsTraining)
        {
            _modes.Restore();
        }

        context.SaveNow();
    }
}
