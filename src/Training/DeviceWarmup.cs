using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Compiles kernels ahead of training.</summary>
public static class DeviceWarmup
{
    extension(Device device)
    {
        /// <summary>
        /// Compiles the kernels of a training step and of an evaluation, so that the first step is as fast as the others: runs both
        /// on one batch and puts everything back.
        /// </summary>
        /// <remarks>
        /// Parameters, buffers, the optimizer's state and <see cref="Generator.Default"/> are as before; gradients are zero. A layer's
        /// own generator moves on.
        /// </remarks>
        /// <param name="model">The network, on this device.</param>
        /// <param name="data">The training set, on this device.</param>
        /// <param name="optimizer">The optimizer of the network's parameters.</param>
        /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
        /// <param name="batchSize">The samples of a step.</param>
        /// <param name="metrics">What will be measured besides the loss.</param>
        /// <param name="mixedPrecision">The type that training will use for products, as in <c>Fit</c>.</param>
        /// <returns>What was compiled, and how long it took.</returns>
        /// <exception cref="ArgumentException">The data is empty or on another device, or there is no such precision.</exception>
        public WarmupReport Warmup(
            Module model,
            Dataset data,
            Optimizer optimizer,
            Loss? loss = null,
            int batchSize = 32,
            IReadOnlyList<Metric>? metrics = null,
            DType mixedPrecision = DType.Float32)
        {
            ArgumentNullException.ThrowIfNull(device);
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(data);
            ArgumentNullException.ThrowIfNull(optimizer);
            Bounds.AtLeast(1, batchSize, "Warmup");
            if (data.Count == 0 || !ReferenceEquals(data.Device, device))
            {
                throw new ArgumentException(
                    $"Warmup: there must be samples on {device}, and there are {data.Count} on {data.Device}. Move the data set with To(Device).",
                    nameof(data));
            }

            FitChecks.RequirePrecision("Warmup", optimizer, mixedPrecision, null);
            DeviceStatistics before = device.Statistics;
            using TensorScope scope = Tensor.Scope();
            using ModuleSnapshot values = new();
            values.Take(model);
            Dictionary<string, Tensor> state = optimizer.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
            ulong position = Generator.Default.Position;
            bool skips = optimizer.SkipsNonFinite;
            try
            {
                using TrainingRun run = new(model, optimizer, Objective.Of(model, loss ?? new CrossEntropyLoss()), metrics ?? [], [])
                {
                    Precision = mixedPrecision,
                    Scaler = mixedPrecision == DType.Float16 ? new LossScaler() : null,
                };
                using ModuleModes? mode = model.IsTraining ? null : ModuleModes.Begin(model, training: true);
                run.TryOneBatch(data, batchSize);
            }
            finally
            {
                values.Restore(model);
                optimizer.LoadState(state);
                optimizer.SkipsNonFinite = skips;
                optimizer.ZeroGradients();
                Generator.Default.Position = position;
            }

            DeviceStatistics after = device.Statistics;
            return new WarmupReport(after.Kernels - before.Kernels, after.CompileTime - before.CompileTime);
        }
    }
}
