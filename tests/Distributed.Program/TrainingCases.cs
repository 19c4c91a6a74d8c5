using DeepSharp.Data;
using DeepSharp.Distributed;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Several ranks against one process that has the whole batch: each rank makes that process's training, too, without the others.</summary>
internal static class TrainingCases
{
    // 50 samples in batches of 16: the last one has 2, so that of three or four ranks some have none.
    private const int Samples = 50;
    private const int Batch = 16;

    internal static Dataset Data()
    {
        Generator generator = new(5);
        Tensor x = Tensor.Normal([Samples, 6], generator: generator);
        return new Dataset(x, (x.Sum(1) > 0).To(DType.Int64));
    }

    internal static Sequential Network(ulong seed, int hidden = 20)
    {
        Generator.Default = new Generator(seed);
        return [new Dense(6, hidden), new Tanh(), new Dense(hidden, hidden), new Tanh(), new Dense(hidden, 2)];
    }

    internal static Optimizer Rule(string name, Module model) => name switch
    {
        "sgd" => new SGD(model.Parameters(), 0.1, momentum: 0.9, nesterov: true),
        "adam" => new Adam(model.Parameters(), 0.01, weightDecay: 0.01),
        "adamw" => new AdamW(model.Parameters(), 0.01),
        "lion" => new Lion(model.Parameters(), 0.003),
        "rmsprop" => new RMSProp(model.Parameters(), 0.01),
        "lbfgs" => new LBFGS(model.Parameters(), iterations: 4, lineSearch: true),
        _ => throw new ArgumentException(name),
    };

    internal static float[] Weights(Module model) => [.. model.State().Values.SelectMany(static value => value.To(DType.Float32).ToArray<float>())];

    // All ranks have the same bits.
    internal static void RequireEqual(Communicator world, Module model, string what)
    {
        byte[] own = [.. Weights(model).SelectMany(BitConverter.GetBytes)];
        byte[][] all = world.AllGather(own);
        foreach (byte[] other in all)
        {
            Check.Equal(own, other, $"{what}: weights of another rank");
        }
    }

    /// <summary>A loop by hand: gradients, and weights after each step.</summary>
    internal static void Loop(string[] args)
    {
        Communicator world = Communicator.World;
        foreach (bool overlaps in new[] { true, false })
        {
            Sequential alone = Network(3);
            Optimizer aloneRule = Rule(args[0], alone);

            // Other weights on each rank, and an arena in several pieces.
            Sequential model = Network(3 + (ulong)world.Rank);
            Optimizer rule = Rule(args[0], model);
            using DataParallel parallel = new(world, model, rule, new DataParallelOptions { PieceBytes = 512, Overlaps = overlaps });
            CrossEntropyLoss loss = new();
            Dataset data = Data();
            RunningMean mean = new();
            RunningMean aloneMean = new();
            using (BatchSequence.Enumerator own = parallel.Share(data.Batches(Batch, seed: 1, epoch: 1)).GetEnumerator())
            {
                foreach (Batch whole in data.Batches(Batch, seed: 1, epoch: 1))
                {
                    own.MoveNext();
                    aloneRule.ZeroGradients();
                    Tensor aloneLoss = loss.Compute(alone.Forward(whole.X), whole.Y);
                    aloneLoss.Backward();
                    aloneMean.Add(aloneLoss, whole.X.Shape[0], whole.X.Shape[0]);
                    rule.ZeroGradients();
                    long before = parallel.BytesExchanged;
                    Tensor value = loss.Compute(model.Forward(own.Current.X), own.Current.Y);
                    (value * own.Current.Weight).Backward();
                    int rows = own.Current.Weight == 0 ? 0 : own.Current.X.Shape[0];
                    mean.Add(value, rows, rows);
                    foreach ((Parameter expected, Parameter actual) in alone.Parameters().Zip(model.Parameters()))
                    {
                        Check.Near(expected.Gradient!.ToArray<float>(), actual.Gradient!.ToArray<float>(), 1e-6, "gradient");
                    }

                    // The gradients' flat memory once, and no byte more.
                    long arena = rule.Groups.SelectMany(static group => group.Runs).Sum(static run => run.Length * 4L);
                    Check.Is(world.Size == 1 ? 0 : arena, parallel.BytesExchanged - before, "bytes");
                    aloneRule.Step();
                    rule.Step();
                    RequireEqual(world, model, "step");
                }
            }

            Check.Near(Weights(alone), Weights(model), 1e-5, "weights after an epoch");
            parallel.AddUp(mean);
            Check.Near([(float)aloneMean.Result()], [(float)mean.Result()], 1e-5, "mean loss");
        }

        Console.WriteLine($"rank {world.Rank} done");
    }

    /// <summary>Fit: history, weights and metrics.</summary>
    internal static void Fit(string[] args)
    {
        Communicator world = Communicator.World;
        Dataset data = Data();
        Dataset validation = Data();
        int accumulate = args.Contains("accumulate") ? 2 : 1;
        bool shards = args.Contains("shard");
        bool clips = args.Contains("clip");
        (Sequential alone, History expected) = Train(null);
        (Sequential model, History history) = Train(world);
        Check.Equal(expected.Epochs[^1].Values.Keys, history.Epochs[^1].Values.Keys, "values");
        for (int epoch = 0; epoch < expected.Epochs.Count; epoch++)
        {
            Check.Near(
                [.. expected.Epochs[epoch].Values.Values.Select(static v => (float)v)], [.. history.Epochs[epoch].Values.Values.Select(static v => (float)v)], 2e-5,
                $"epoch {epoch + 1}");
        }

        // The same rows, added up in another order.
        Check.Near(Weights(alone), Weights(model), args[0] == "adam" || args[0] == "lbfgs" ? 5e-4 : 2e-5, "weights");
        RequireEqual(world, model, "end");
        Console.WriteLine($"rank {world.Rank} done");

        (Sequential, History) Train(Communicator? ranks)
        {
            Sequential model = Network(ranks is null ? 3 : 3 + (ulong)ranks.Rank);
            Optimizer rule = Rule(args[0], model);
            rule.Clipping = clips ? GradientClipping.ByGlobalNorm(0.3) : null;
            using DataParallel? parallel = ranks is null ? null : new(ranks, model, rule, new DataParallelOptions { PieceBytes = 512, ShardsState = shards });
            History made = model.Fit(
                data, rule, epochs: 3, batchSize: args[0] == "lbfgs" ? Samples : Batch, metrics: [new Accuracy(), new R2(), new AUROC()], validation: validation, seed: 1, firstEpoch: 1,
                accumulate: accumulate, callbacks: [new EarlyStopping(patience: 2)], parallel: parallel);
            if (shards && ranks is not null)
            {
                long state = rule.Groups.SelectMany(static group => group.Runs).Sum(static run => run.StateBytes);
                long whole = rule.Groups.SelectMany(static group => group.Runs).Sum(static run => run.Length * 4L * 2);
                if (Math.Abs(state - (whole / ranks.Size)) > 2 * 2 * 16 * 4)
                {
                    throw new InvalidOperationException($"Of {whole} bytes of state, {ranks.Size} ranks keep {state} each.");
                }
            }

            return (model, made);
        }
    }

    // A mean of what a network says of its first class.
    private sealed class R2 : MeanMetric
    {
        public override string Name => "first_logit";

        protected override Tensor Values(Tensor prediction, Tensor target) => prediction.Narrow(1, 0, 1);
    }
}
