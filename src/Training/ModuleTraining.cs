using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Training, evaluation and prediction of networks.</summary>
public static class ModuleTraining
{
    extension(Module model)
    {
        /// <summary>Trains the network by mini-batch descent.</summary>
        /// <remarks>
        /// An epoch passes over all batches once: zero the gradients, compute the loss, run backward, step. Loss and metrics are
        /// added up on the device and read once an epoch, or when a callback looks. A network in evaluation mode is set to training
        /// mode; one in training mode is left as it is, so that parts of it that were set to evaluation mode stay frozen. A callback may
        /// set the network to evaluation mode to look at it, and the training goes on in the mode it had; parts that a callback sets to
        /// evaluation mode stay frozen from then on. Other threads may predict and evaluate meanwhile.
        /// </remarks>
        /// <param name="data">The training set.</param>
        /// <param name="optimizer">The optimizer of the network's parameters.</param>
        /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
        /// <param name="epochs">How many passes over the data.</param>
        /// <param name="batchSize">The samples of a step.</param>
        /// <param name="metrics">What is measured besides the loss.</param>
        /// <param name="validation">Data to evaluate on after each epoch.</param>
        /// <param name="validationSplit">The share of the training set that is held out to evaluate on, if no validation data is
        /// given; in [0, 1).</param>
        /// <param name="seed">The seed of split and shuffling; same seed, same device, and on the CPU registers of the same width
        /// (<see cref="CpuKernels.VectorBits"/>): same bits.</param>
        /// <param name="dropLast">Whether to leave out the last batch of an epoch if it is smaller: batch normalisation cannot
        /// train on a single sample, for one.</param>
        /// <param name="callbacks">Who is told how training goes.</param>
        /// <param name="mixedPrecision">Float16 or BFloat16 to train, and to evaluate on validation data, in a scope of
        /// <see cref="MixedPrecision"/>; Float32 for none.</param>
        /// <param name="lossScaler">What scales the loss in Float16; a new one if null. Other types need none and take none.</param>
        /// <param name="firstEpoch">Pins the orders: the first epoch has that of the seed's epoch with this number, and so on. If null, they
        /// follow those that the network has had of the data set with the seed (<see cref="Dataset.Batches"/>): a second call has new
        /// ones. To go on with a training in another process, give the number of epochs that are done plus 1.</param>
        /// <returns>Loss and metrics of each epoch.</returns>
        /// <exception cref="ArgumentException">An argument is out of range, the optimizer has none of the network's parameters, two metrics
        /// share a name, there is no batch to train on, there is nothing in the validation data or split, or both are given.</exception>
        public History Fit(
            Dataset data,
            Optimizer optimizer,
            Loss? loss = null,
            int epochs = 1,
            int batchSize = 32,
            IReadOnlyList<Metric>? metrics = null,
            Dataset? validation = null,
            double validationSplit = 0,
            ulong seed = 0,
            bool dropLast = false,
            IReadOnlyList<ICallback>? callbacks = null,
            DType mixedPrecision = DType.Float32,
            LossScaler? lossScaler = null,
            int? firstEpoch = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(data);
            ArgumentNullException.ThrowIfNull(optimizer);
            foreach (ICallback callback in callbacks ?? [])
            {
                ArgumentNullException.ThrowIfNull(callback, nameof(callbacks));
            }

            Bounds.AtLeast(1, epochs, "Fit");
            Bounds.AtLeast(1, batchSize, "Fit");
            if (!(validationSplit >= 0 && validationSplit < 1) || (validationSplit > 0 && validation is not null))
            {
                throw new ArgumentException(
                    $"Fit: a validation split of {validationSplit} must be in [0, 1), and 0 if validation data is given.",
                    nameof(validationSplit));
            }

            RequireNames("Fit", metrics);
            RequireOwn(model, optimizer);
            RequirePrecision("Fit", optimizer, mixedPrecision, lossScaler);
            Dataset all = data;
            int samples = data.Count;
            if (validationSplit > 0)
            {
                (data, validation) = data.Split(1 - validationSplit, seed);
                if (validation.Count == 0)
                {
                    throw new ArgumentException(
                        $"Fit: a validation split of {validationSplit} of {samples} samples holds out none. Use a larger share, or 0 to "
                        + "train without validation.",
                        nameof(validationSplit));
                }
            }
            else if (validation?.Count == 0)
            {
                throw new ArgumentException(
                    "Fit: the validation set has 0 samples. Give one with samples, or null to train without validation.", nameof(validation));
            }

            if (data.Count == 0 || (dropLast && data.Count < batchSize))
            {
                throw new ArgumentException(
                    $"Fit: {data.Count} samples{(data.Count < samples ? $" of {samples} that the validation split left" : "")} make no batch of "
                    + $"{batchSize} to train on. Give more samples, {(data.Count == 0 ? "or hold out fewer" : "a smaller batch size, or dropLast: false")}.",
                    nameof(data));
            }

            using TrainingRun run = new(model, optimizer, loss ?? new CrossEntropyLoss(), metrics ?? [], callbacks ?? [])
            {
                Precision = mixedPrecision,
                Scaler = mixedPrecision == DType.Float16 ? lossScaler ?? new LossScaler() : null,
            };
            return run.Fit(data, validation, epochs, batchSize, seed, epoch => firstEpoch + epoch - 1 ?? all.BeginEpoch(seed, model), dropLast);
        }

        /// <summary>Loss and metrics over a data set, in evaluation mode and without gradients.</summary>
        /// <remarks>The mode is that of this call (<see cref="EvaluationMode"/>): several threads may evaluate a network at once, each with
        /// metrics of its own, and beside <c>Fit</c>.</remarks>
        /// <param name="data">The data.</param>
        /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
        /// <param name="metrics">What is measured besides the loss.</param>
        /// <param name="batchSize">The samples computed at a time.</param>
        /// <returns>Values by name, <c>loss</c> among them.</returns>
        /// <exception cref="ArgumentException">The data set is empty, or two metrics share a name.</exception>
        public IReadOnlyDictionary<string, double> Evaluate(
            Dataset data, Loss? loss = null, IReadOnlyList<Metric>? metrics = null, int batchSize = 1000)
        {
            ArgumentNullException.ThrowIfNull(data);
            Bounds.AtLeast(1, batchSize, "Evaluate");
            RequireNames("Evaluate", metrics);
            if (data.Count == 0)
            {
                throw new ArgumentException(
                    "Evaluate: the data set has 0 samples, of which there is no mean. Give one with samples.", nameof(data));
            }

            return TrainingRun.Evaluate(model, data, loss ?? new CrossEntropyLoss(), metrics ?? [], batchSize);
        }

        /// <summary>The network's output for inputs, in evaluation mode and without gradients.</summary>
        /// <remarks>The mode is that of this call (<see cref="EvaluationMode"/>): several threads may predict with a network at once, and
        /// beside <c>Fit</c>.</remarks>
        /// <param name="inputs">The inputs; the first axis is the batch.</param>
        /// <param name="batchSize">The samples computed at a time.</param>
        /// <returns>The outputs, one behind the other along the first axis.</returns>
        public Tensor Predict(Tensor inputs, int batchSize = 1000)
        {
            ArgumentNullException.ThrowIfNull(inputs);
            Bounds.AtLeast(1, batchSize, "Predict");
            if (inputs.Rank == 0)
            {
                throw new ArgumentException("Predict: the input is a scalar; its first axis must be the batch.", nameof(inputs));
            }

            using NoGrad noGrad = new();
            using EvaluationMode mode = new(model);
            int count = inputs.Shape[0];
            Tensor? outputs = null;
            for (int start = 0; start < Math.Max(1, count); start += batchSize)
            {
                using TensorScope scope = Tensor.Scope();
                int length = Math.Min(batchSize, count - start);
                Tensor part = model.Output(inputs.Narrow(0, start, length));
                outputs ??= Tensor.Zeros([count, .. part.Shape.Skip(1)], part.DType, part.Device).Keep();
                outputs.Narrow(0, start, length).CopyFrom(part);
            }

            return outputs!;
        }

        /// <summary>The network's output for a data set, in its order, in evaluation mode and without gradients.</summary>
        /// <param name="data">The data; its targets are not used.</param>
        /// <param name="batchSize">The samples computed at a time.</param>
        public Tensor Predict(Dataset data, int batchSize = 1000)
        {
            ArgumentNullException.ThrowIfNull(data);
            using NoGrad noGrad = new();
            using EvaluationMode mode = new(model);
            Tensor? outputs = null;
            int start = 0;
            foreach ((Tensor x, Tensor _) in data.Batches(batchSize, shuffle: false))
            {
                Tensor part = model.Output(x);
                outputs ??= Tensor.Zeros([data.Count, .. part.Shape.Skip(1)], part.DType, part.Device).Keep();
                outputs.Narrow(0, start, part.Shape[0]).CopyFrom(part);
                start += part.Shape[0];
            }

            return outputs ?? throw new ArgumentException("Predict: the data set is empty.", nameof(data));
        }
    }

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
    private static void RequireOwn(Module model, Optimizer optimizer)
    {
        HashSet<Parameter> own = [.. model.Parameters()];
        if (own.Count > 0 && !optimizer.Groups.Any(group => group.Parameters.Any(own.Contains)))
        {
            throw new ArgumentException(
                $"Fit: the {optimizer.GetType().Name} has none of the network's {own.Count} parameters. Make it of model.Parameters().", nameof(optimizer));
        }
    }

    private static void RequireNames(string operation, IReadOnlyList<Metric>? metrics)
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
}
