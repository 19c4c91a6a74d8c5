using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>What is refused before the first step.</summary>
internal static class FitChecks
{
    /// <summary>What the names of values on validation data begin with.</summary>
    internal const string Validation = "val_";

    internal static void RequirePrecision(string operation, Optimizer optimizer, DType mixedPrecision, LossScaler? lossScaler)
    {
        if (!mixedPrecision.IsHalfPrecision && mixedPrecision != DType.Float32)
        {
            throw new ArgumentException(
                $"{operation}: mixed precision is of Float16 or BFloat16, or Float32 for none; not {mixedPrecision}.", nameof(mixedPrecision));
        }

        if (lossScaler is not null && mixedPrecision != DType.Float16)
        {
            throw new ArgumentException($"{operation}: a loss is scaled for Float16 only, not for {mixedPrecision}. Leave the scaler out.", nameof(lossScaler));
        }

        if (mixedPrecision == DType.Float16 && optimizer.NeedsLoss)
        {
            throw new ArgumentException(
                $"{operation}: {optimizer.GetType().Name} evaluates the loss itself and cannot be given a scaled one. Train in BFloat16 or Float32.",
                nameof(mixedPrecision));
        }
    }

    // It would train nothing, and nobody would be told.
    internal static void RequireOwn(Module model, Optimizer optimizer)
    {
        HashSet<Parameter> own = [.. model.Parameters()];
        if (own.Count > 0 && !optimizer.Groups.Any(group => group.Parameters.Any(own.Contains)))
        {
            throw new ArgumentException(
                $"Fit: the {optimizer.GetType().Name} has none of the network's {own.Count} parameters. Make it of model.Parameters().", nameof(optimizer));
        }
    }

    internal static void RequireNames(string operation, IReadOnlyList<Metric>? metrics)
    {
        foreach (Metric metric in metrics ?? [])
        {
            ArgumentNullException.ThrowIfNull(metric, nameof(metrics));
        }

        string[] names = ["loss", .. (metrics ?? []).Select(static metric => metric.Name)];
        if (names.Distinct().Count() < names.Length)
        {
            throw new ArgumentException(
                $"{operation}: every metric needs a name of its own, but they are {string.Join(", ", names)}. Leave one of two equal ones out, or "
                + "override its Name.",
                nameof(metrics));
        }
    }

    // The cross-entropy of one class is 0, whatever the network puts out.
    internal static void RequireClasses(string operation, Dataset data, Loss? loss)
    {
        (Shape sample, DType dtype) = data.TargetKind;
        if (loss is null or CrossEntropyLoss && dtype.IsFloatingPoint && (sample.Rank == 0 || sample[0] == 1))
        {
            throw new ArgumentException(
                $"{operation}: targets {new Shape([data.Count, .. sample])} of {dtype} are no labels and no distributions over classes, which a cross-entropy{(loss is null ? ", the loss where none is given," : "")} "
                + "takes. For numbers, pass new MeanSquaredErrorLoss(); for yes and no, new BinaryCrossEntropyWithLogitsLoss(); for labels of classes, convert "
                + "the targets with To(DType.Int64).",
                nameof(loss));
        }
    }

    internal static void RequireWeights(string operation, Dataset data, int? sampleWeights)
    {
        if (sampleWeights is not { } place)
        {
            return;
        }

        IReadOnlyList<Field> targets = data.TargetKinds;
        if (place < 1 || place >= targets.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleWeights),
                $"{operation}: the weights of samples are targets 1 to {targets.Count - 1} of the data set, which has {targets.Count} in all; there is no {place} "
                + "among them. Make it of several: new Dataset([x], [y, weights]), with sampleWeights: 1.");
        }

        if (targets[place].Shape.Size != 1 || !targets[place].DType.IsFloatingPoint)
        {
            throw new ArgumentException(
                $"{operation}: the weights of samples, targets {place}, are {targets[place].Shape} of {targets[place].DType} for each. Give one number of Float32 "
                + "or Float64.",
                nameof(sampleWeights));
        }
    }

    internal static void RequireAccumulating(Optimizer optimizer, int accumulate)
    {
        if (accumulate > 1 && optimizer.NeedsLoss)
        {
            throw new ArgumentException(
                $"Fit: {optimizer.GetType().Name} evaluates the loss itself, of one batch at a time, and cannot take gradients that {accumulate} batches have "
                + "added up. Leave accumulate out, and give a larger batchSize.",
                nameof(accumulate));
        }
    }

    // Somebody would never have a sample.
    internal static void RequireShares(int batchSize, IParallelTraining? parallel)
    {
        if (parallel is not null && batchSize < parallel.Size)
        {
            throw new ArgumentException(
                $"Fit: a batch of {batchSize} samples cannot be shared by {parallel.Size} processes. batchSize is that of all of them together: give {parallel.Size} or more.",
                nameof(batchSize));
        }
    }

    // A single sample has no variance, unless it has several places. The network itself knows; it is asked with one, and put back.
    internal static void RequireNormable(Module model, Objective objective, Dataset data, int batchSize, bool dropLast, int workers)
    {
        int last = data.Count % batchSize;
        bool hasSingle = batchSize / workers == 1 || (!dropLast && last > 0 && last / workers <= 1);
        if (!hasSingle || !model.All().Any(static module => module is BatchNorm))
        {
            return;
        }

        Generator[] generators = [Generator.Default, .. new TrainingCheckpoint(model).Generators];
        ulong[] positions = [.. generators.Select(static generator => generator.Position)];
        using ModuleSnapshot before = new();
        before.Take(model);
        using NoGrad noGrad = new();
        using ModuleModes? mode = model.IsTraining ? null : ModuleModes.Begin(model, training: true);
        try
        {
            foreach (Batch batch in data.Take(1).Batches(1, shuffle: false))
            {
                _ = objective.Evaluate(batch);
            }
        }
        catch (ArgumentException error) when (error.Message.StartsWith(nameof(BatchNorm), StringComparison.Ordinal))
        {
            throw new ArgumentException(
                workers > 1
                    ? $"Fit: of a batch of {batchSize}, or of the last one of {last}, one of {workers} processes has one sample, which batch norm cannot train on. "
                        + $"Give a larger batchSize, or dropLast: true. ({error.Message})"
                    : batchSize == 1
                    ? $"Fit: batch norm cannot train on a batch of one sample. Give a larger batchSize. ({error.Message})"
                    : $"Fit: the last of the batches of {batchSize} has one sample ({data.Count} in all), which batch norm cannot train on. Give dropLast: true, or "
                        + $"another batchSize. ({error.Message})",
                batchSize / workers == 1 ? nameof(batchSize) : nameof(dropLast), error);
        }
        finally
        {
            before.Restore(model);
            for (int i = 0; i < generators.Length; i++)
            {
                generators[i].Position = positions[i];
            }
        }
    }
}
