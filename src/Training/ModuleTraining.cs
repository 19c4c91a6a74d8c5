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
        /// <para>An epoch passes over all batches once: zero the gradients, compute the loss, run backward, step. Loss and metrics are
        /// added up on the device and read once an epoch, or when a callback looks. A network in evaluation mode is set to training
        /// mode; one in training mode is left as it is, so that parts of it that were set to evaluation mode stay frozen. A callback may
        /// set the network to evaluation mode to look at it, and the training goes on in the mode it had; parts that a callback sets to
        /// evaluation mode stay frozen from then on. Other threads may predict and evaluate meanwhile.</para>
        /// <para>Weights of classes are the loss's, such as <c>new CrossEntropyLoss(classWeights: …)</c>; gradients are clipped by the optimizer
        /// (<see cref="Optimizer.Clipping"/>). What can be known to be wrong is refused before the first step.</para>
        /// <para>Weights of samples w (<paramref name="sampleWeights"/>) stand in the data set, beside the targets: what a step makes small is
        /// Σ w l / n, the losses l of the n samples of its batches with their weights, as in Keras: twice the weight is the gradient of having the
        /// sample twice. What is reported, for validation data with weights too, is the weighted mean of the epoch, Σ w l / Σ w, as in
        /// scikit-learn's <c>log_loss</c>, whatever the batches; weights of classes and labels that are ignored count in either as they do without
        /// weights of samples. Metrics do not look at the weights.</para>
        /// </remarks>
        /// <param name="data">The training set.</param>
        /// <param name="optimizer">The optimizer of the network's parameters.</param>
        /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
        /// <param name="epochs">How many passes over the data, those before the training was resumed included.</param>
        /// <param name="batchSize">The samples of a batch.</param>
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
        /// ones.</param>
        /// <param name="accumulate">The batches whose gradients are added up for one step, which is that of one batch of so many times the samples:
        /// for large batches that do not fit into memory. What is left at the end of an epoch makes a step of its own. Batch norm
        /// sees single batches.</param>
        /// <param name="resumeFrom">A file of <see cref="ModelCheckpoint"/> to go on from, to the bit, also from the middle of an epoch; null to
        /// begin. Network, optimizer, metrics and callbacks are made as they were (a callback that the file does not know begins anew), and data, batch size, seed, <paramref name="dropLast"/> and
        /// <paramref name="accumulate"/> must be the same. A training that has had all its epochs comes back with its history.</param>
        /// <param name="sampleWeights">Which of the data set's targets (<see cref="Batch.Ys"/>), from 1, are the weights of its samples, from 0 up:
        /// 1 with <c>new Dataset([x], [y, weights])</c>. Null for none. Validation data without such targets has none.</param>
        /// <param name="parallel">The processes that train together, such as DeepSharp.Distributed's <c>DataParallel</c>: each calls <c>Fit</c> with the same
        /// arguments, and computes its share of each batch of <paramref name="batchSize"/> samples. Null for this one alone.</param>
        /// <param name="cancellationToken">Ends the training after the step under way, or after the validation under way: the history is returned,
        /// the epoch that is broken off has no result, and a <see cref="ModelCheckpoint"/> has saved where it stands.</param>
        /// <returns>Loss and metrics of each epoch.</returns>
        /// <exception cref="ArgumentException">An argument is out of range, the optimizer has none of the network's parameters, two metrics
        /// share a name, there is no batch to train on, there is nothing in the validation data or split, or both are given; a cross-entropy
        /// would be of a single class; batch norm would see a single sample; or the file to go on from is of another training.</exception>
        /// <exception cref="KeyNotFoundException">A callback watches a value that no epoch comes to.</exception>
        /// <exception cref="IOException">What callbacks write cannot be written.</exception>
        /// <exception cref="InvalidDataException">The file to go on from is damaged, or no checkpoint.</exception>
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
            int? firstEpoch = null,
            int accumulate = 1,
            string? resumeFrom = null,
            int? sampleWeights = null,
            IParallelTraining? parallel = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(data);
            FitChecks.RequireClasses("Fit", data, loss);
            FitChecks.RequireWeights("Fit", data, sampleWeights);
            return Train(
                model, data, optimizer, Objective.Of(model, loss ?? new CrossEntropyLoss(), sampleWeights), epochs, batchSize, metrics, validation, validationSplit, seed,
                dropLast, callbacks, mixedPrecision, lossScaler, firstEpoch, accumulate, resumeFrom, parallel, cancellationToken);
        }

        /// <summary>Trains by a function of the batch: for networks of several inputs or outputs, and losses of several terms.</summary>
        /// <remarks>The function, <c>step</c>, computes the loss of a batch, one element, the mean over its samples, and what metrics compare with the
        /// batch's targets, or null if there are no metrics. All else is as with a loss. Validation calls the function, too, in evaluation mode and
        /// without gradients.</remarks>
        /// <example><code>
        /// model.Fit(data, optimizer, batch =>
        /// {
        ///     Tensor prediction = model.Forward(batch.X);
        ///     return (loss.Compute(prediction, batch.Y) + (0.01 * model.Penalty()), prediction);
        /// });
        /// </code></example>
        /// <inheritdoc cref="Fit(Module, Dataset, Optimizer, Loss?, int, int, IReadOnlyList{Metric}?, Dataset?, double, ulong, bool, IReadOnlyList{ICallback}?, DType, LossScaler?, int?, int, string?, int?, IParallelTraining?, CancellationToken)"/>
        public History Fit(
            Dataset data,
            Optimizer optimizer,
            Func<Batch, (Tensor Loss, Tensor? Prediction)> step,
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
            int? firstEpoch = null,
            int accumulate = 1,
            string? resumeFrom = null,
            IParallelTraining? parallel = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(data);
            ArgumentNullException.ThrowIfNull(step);
            return Train(
                model, data, optimizer, Objective.Of(step), epochs, batchSize, metrics, validation, validationSplit, seed, dropLast, callbacks,
                mixedPrecision, lossScaler, firstEpoch, accumulate, resumeFrom, parallel, cancellationToken);
        }

        /// <summary>Loss and metrics over a data set, in evaluation mode and without gradients.</summary>
        /// <remarks>The mode is that of this call (<see cref="EvaluationMode"/>): several threads may evaluate a network at once, each with
        /// metrics of its own, and beside <c>Fit</c>.</remarks>
        /// <param name="data">The data.</param>
        /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
        /// <param name="metrics">What is measured besides the loss.</param>
        /// <param name="batchSize">The samples computed at a time.</param>
        /// <param name="sampleWeights">Which of the data set's targets, from 1, are the weights of its samples, as <c>Fit</c> takes them; null for none.</param>
        /// <returns>Values by name, <c>loss</c> among them.</returns>
        /// <exception cref="ArgumentException">The data set is empty, two metrics share a name, or a cross-entropy would be of a single
        /// class.</exception>
        public IReadOnlyDictionary<string, double> Evaluate(
            Dataset data, Loss? loss = null, IReadOnlyList<Metric>? metrics = null, int batchSize = 1000, int? sampleWeights = null)
        {
            ArgumentNullException.ThrowIfNull(data);
            Bounds.AtLeast(1, batchSize, "Evaluate");
            FitChecks.RequireNames("Evaluate", metrics);
            if (data.Count == 0)
            {
                throw new ArgumentException(
                    "Evaluate: the data set has 0 samples, of which there is no mean. Give one with samples.", nameof(data));
            }

            FitChecks.RequireClasses("Evaluate", data, loss);
            FitChecks.RequireWeights("Evaluate", data, sampleWeights);
            return TrainingRun.Evaluate(model, data, Objective.Of(model, loss ?? new CrossEntropyLoss(), sampleWeights), metrics ?? [], batchSize);
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

    private static History Train(
        Module model, Dataset data, Optimizer optimizer, Objective objective, int epochs, int batchSize, IReadOnlyList<Metric>? metrics, Dataset? validation,
        double validationSplit, ulong seed, bool dropLast, IReadOnlyList<ICallback>? callbacks, DType mixedPrecision, LossScaler? lossScaler,
        int? firstEpoch, int accumulate, string? resumeFrom, IParallelTraining? parallel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        foreach (ICallback callback in callbacks ?? [])
        {
            ArgumentNullException.ThrowIfNull(callback, nameof(callbacks));
        }

        Bounds.AtLeast(1, epochs, "Fit");
        Bounds.AtLeast(1, batchSize, "Fit");
        Bounds.AtLeast(1, accumulate, "Fit");
        if (!(validationSplit >= 0 && validationSplit < 1) || (validationSplit > 0 && validation is not null))
        {
            throw new ArgumentException(
                $"Fit: a validation split of {validationSplit} must be in [0, 1), and 0 if validation data is given.",
                nameof(validationSplit));
        }

        FitChecks.RequireNames("Fit", metrics);
        FitChecks.RequireOwn(model, optimizer);
        FitChecks.RequirePrecision("Fit", optimizer, mixedPrecision, lossScaler);
        FitChecks.RequireAccumulating(optimizer, accumulate);
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

        FitChecks.RequireShares(batchSize, parallel);
        FitChecks.RequireNormable(model, objective, data, batchSize, dropLast, parallel?.Size ?? 1);
        using TrainingRun run = new(model, optimizer, objective, metrics ?? [], callbacks ?? [])
        {
            Precision = mixedPrecision,
            Parallel = parallel,
            Scaler = mixedPrecision == DType.Float16 ? lossScaler ?? new LossScaler() : null,
        };
        FitPlan plan = new(data, validation, epochs, batchSize, seed, dropLast, accumulate, cancellationToken) { All = all, FirstEpoch = firstEpoch };
        return run.Fit(plan, resumeFrom);
    }
}
