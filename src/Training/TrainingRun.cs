using System.Diagnostics;
using System.Runtime.ExceptionServices;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>One call of <c>Fit</c>.</summary>
internal sealed class TrainingRun(
    Module model, Optimizer optimizer, Loss loss, IReadOnlyList<Metric> metrics, IReadOnlyList<ICallback> callbacks) : IDisposable
{
    private readonly RunningMean _loss = new();
    private readonly KeptModes _modes = new(model);

    /// <summary>The type of factors; Float32 for no mixed precision.</summary>
    internal DType Precision { get; init; } = DType.Float32;

    /// <summary>What scales the loss, if anything does.</summary>
    internal LossScaler? Scaler { get; init; }

    public void Dispose() => _loss.Dispose();

    // `order` gives the number by which an epoch of this run has its order.
    internal History Fit(
        Dataset data, Dataset? validation, int epochs, int batchSize, ulong seed, Func<int, int> order, bool dropLast)
    {
        History history = new();
        int batches = data.Batches(batchSize, dropLast: dropLast).Count;
        TrainingContext context = new(model, optimizer, _loss, metrics, history, epochs, batches);
        if (!model.IsTraining)
        {
            model.Train();
        }

        Exception? error = null;
        int begun = 0;
        try
        {
            Tell(callback =>
            {
                callback.OnTrainBegin(context);
                begun++;
            });

            for (int epoch = 1; epoch <= epochs && !context.StopRequested; epoch++)
            {
                Begin(context, epoch);
                Tell(callback => callback.OnEpochBegin(context));
                EpochResult result = Epoch(context, data.Batches(batchSize, seed: seed, epoch: order(epoch), dropLast: dropLast), validation, batchSize);
                history.Add(result);
                Tell(callback => callback.OnEpochEnd(context, result));
            }

            history.StoppedEarly = context.StopRequested && context.Epoch < epochs;
        }
        catch (Exception first)
        {
            error = first;
        }

        End(context, begun, error);
        return history;
    }

    internal static Dictionary<string, double> Evaluate(
        Module model, Dataset data, Loss loss, IReadOnlyList<Metric> metrics, int batchSize)
    {
        using NoGrad noGrad = new();
        using EvaluationMode mode = new(model);
        using RunningMean mean = new();
        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }

        foreach ((Tensor x, Tensor y) in data.Batches(batchSize, shuffle: false))
        {
            Tensor prediction = model.Output(x);
            Collect(mean, metrics, LossOf(loss, prediction, y), loss.Reduction, prediction, y);
        }

        return Values(mean, metrics);
    }

    /// <summary>Trains and evaluates on one batch, with all that a training does on the device.</summary>
    internal void TryOneBatch(Dataset data, int batchSize)
    {
        // Pinned, so that it does not count as an epoch.
        foreach ((Tensor x, Tensor y) in data.Batches(batchSize, epoch: 0))
        {
            Step(x, y);
            using NoGrad noGrad = new();
            using EvaluationMode mode = new(model);
            Evaluate();
            using (new MixedPrecision(Precision))
            {
                // As Fit does with validation data.
                Evaluate();
            }

            _ = Values(_loss, metrics);
            break;

            void Evaluate()
            {
                Tensor prediction = model.Output(x);
                Collect(_loss, metrics, LossOf(loss, prediction, y), loss.Reduction, prediction, y);
            }
        }

        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }
    }

    private void Step(Tensor x, Tensor y)
    {
        if (optimizer.NeedsLoss)
        {
            (Tensor first, (Tensor output, Tensor? counts)) = optimizer.Step(Compute);
            Collect(_loss, metrics, (first, counts), loss.Reduction, output, y);
            return;
        }

        optimizer.ZeroGradients();
        (Tensor value, (Tensor prediction, Tensor? weight)) = Compute();
        if (Scaler is null)
        {
            value.Backward();
            optimizer.Step();
        }
        else
        {
            Scaler.Scale(value).Backward();
            Scaler.Step(optimizer);
        }

        Collect(_loss, metrics, (value, weight), loss.Reduction, prediction, y);

        (Tensor Loss, (Tensor Prediction, Tensor? Weight)) Compute()
        {
            // Not around the step: rules that are made of tensor operators keep their digits.
            using MixedPrecision mixed = new(Precision);
            Tensor output = model.Output(x);
            (Tensor result, Tensor? counts) = LossOf(loss, output, y);
            return (result, (output, counts));
        }
    }

    private void Begin(TrainingContext context, int epoch)
    {
        context.Epoch = epoch;
        context.Batch = 0;
        context.Samples = 0;
        context.Seconds = 0;
        context.EpochMetrics = null;
        _loss.Reset();
        foreach (Metric metric in metrics)
        {
            metric.Reset();
        }
    }

    private EpochResult Epoch(TrainingContext context, BatchSequence batches, Dataset? validation, int batchSize)
    {
        long began = Stopwatch.GetTimestamp();
        foreach ((Tensor x, Tensor y) in batches)
        {
            Step(x, y);
            context.Batch++;
            context.Samples += x.Shape[0];
            context.Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (callbacks.Count > 0)
            {
                Tell(callback => callback.OnBatchEnd(context));
            }
        }

        Dictionary<string, double> values = Values(_loss, metrics);

        // Validation uses the same metrics; callbacks go on seeing those of the training.
        context.EpochMetrics = metrics.ToDictionary(static metric => metric.Name, metric => values[metric.Name]);
        double trained = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (validation is not null)
        {
            using MixedPrecision mixed = new(Precision);
            foreach ((string name, double value) in Evaluate(model, validation, loss, metrics, Math.Max(batchSize, 256)))
            {
                values.Add("val_" + name, value);
            }
        }

        return new EpochResult(
            context.Epoch, values, optimizer.LearningRate, Stopwatch.GetElapsedTime(began).TotalSeconds, context.Samples / trained);
    }

    private static (Tensor Value, Tensor? Weight) LossOf(Loss loss, Tensor prediction, Tensor target)
    {
        (Tensor value, Tensor? weight) = loss.ComputeWeighted(prediction, target);
        return (Given.Required(loss.GetType().Name, "the loss", value), weight);
    }

    private static void Collect(
        RunningMean mean, IReadOnlyList<Metric> metrics, (Tensor Value, Tensor? Weight) loss, LossReduction reduction, Tensor prediction,
        Tensor target)
    {
        using NoGrad noGrad = new();
        if (loss.Weight is { } weight)
        {
            mean.Add(loss.Value, weight);
        }
        else
        {
            // A mean over the batch counts as often as the batch has rows, so that a short last batch weighs less. The prediction may have
            // fewer.
            int rows = target.Shape[0];
            mean.Add(loss.Value.Count == 1 ? loss.Value : loss.Value.Sum(), rows, reduction == LossReduction.Mean ? rows : 1);
        }

        foreach (Metric metric in metrics)
        {
            metric.Update(prediction, target);
        }
    }

    private static Dictionary<string, double> Values(RunningMean mean, IReadOnlyList<Metric> metrics)
    {
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
    // it sets to evaluation mode stay in it.
    private void Tell(Action<ICallback> what)
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
    }
}
