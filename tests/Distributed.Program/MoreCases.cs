using System.Diagnostics;
using DeepSharp.Data;
using DeepSharp.Distributed;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Trainings that go on from a file, that meet seldom, whose ranks are slow or whose graphs change.</summary>
internal static class MoreCases
{
    private const int Batch = 16;

    /// <summary>Trains with a checkpoint after so many steps, and is killed there if asked; or goes on from the newest. The last line has the weights' checksum.</summary>
    internal static void Resume(string[] args)
    {
        (string folder, bool stops, bool shards) = (args[0], args[1] == "stop", args.Contains("shard"));
        Communicator world = Communicator.World;
        Generator.Default = new Generator(9);
        Sequential model = [new Dense(6, 24), new BatchNorm(24), new Tanh(), new Dropout(0.2), new Dense(24, 2)];
        Adam rule = new(model.Parameters(), 0.01);
        using DataParallel parallel = new(world, model, rule, new DataParallelOptions { ShardsState = shards });
        string path = Path.Combine(folder, "training-{step}.safetensors");
        ModelCheckpoint checkpoint = new(path, everyEpochs: 0, everySteps: 4);

        // 48 samples make three batches: the fourth step is the first of the second epoch. A rank is killed, as by a machine that fails, in the sixth.
        LambdaCallback kill = new()
        {
            BatchEnd = context =>
            {
                if (stops && context.Steps == 6 && world.Rank == world.Size - 1)
                {
                    Process.GetCurrentProcess().Kill();
                }
            },
        };
        History history = model.Fit(
            TrainingCases.Data().Take(48), rule, epochs: 4, batchSize: Batch, metrics: [new Accuracy()], validation: TrainingCases.Data(), seed: 1, firstEpoch: 1,
            callbacks: [checkpoint, kill], resumeFrom: args[1] == "on" ? TrainingCheckpoint.Latest(path) : null, parallel: parallel);
        TrainingCases.RequireEqual(world, model, "end");
        if (parallel.IsPrimary)
        {
            string bits = string.Concat(TrainingCases.Weights(model).Select(static w => $"{BitConverter.SingleToUInt32Bits(w):x8}"));
            Console.WriteLine($"weights {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(bits)))}");
            Console.WriteLine($"losses {string.Join(" ", history.Epochs.Select(static epoch => $"{epoch["loss"]:R} {epoch["val_loss"]:R}"))}");
        }

        Console.WriteLine($"rank {world.Rank} done");
    }

    /// <summary>Averages after two steps, and DiLoCo's outer step, against the same sums written out here.</summary>
    internal static void Local(string[] args)
    {
        Communicator world = Communicator.World;
        foreach ((double rate, double momentum) in new[] { (1.0, 0.0), (0.7, 0.9) })
        {
            Sequential model = TrainingCases.Network(3);
            SGD rule = new(model.Parameters(), 0.1);
            using LocalTraining parallel = new(world, model, rule, steps: 2, outerRate: rate, outerMomentum: momentum);

            // Every rank's training, by this one.
            Sequential[] all = [.. Enumerable.Range(0, world.Size).Select(static _ => TrainingCases.Network(3))];
            SGD[] rules = [.. all.Select(static other => new SGD(other.Parameters(), 0.1))];
            double[] weights = [.. TrainingCases.Weights(model).Select(static w => (double)w)];
            double[] heap = new double[weights.Length];
            Dataset data = TrainingCases.Data().Take(48);
            CrossEntropyLoss loss = new();
            int step = 0;
            for (int epoch = 1; epoch <= 2; epoch++)
            {
                IEnumerator<Batch>[] shares = [.. Enumerable.Range(0, world.Size).Select(rank =>
                    data.Batches(Batch, seed: 1, epoch: epoch).Share(rank, world.Size).GetEnumerator())];
                while (shares.Reverse().All(static share => share.MoveNext()))
                {
                    for (int rank = 0; rank < world.Size; rank++)
                    {
                        Train(all[rank], rules[rank], shares[rank].Current);
                    }

                    Train(model, rule, shares[world.Rank].Current);
                    if (++step % 2 == 0)
                    {
                        double[][] ranks = [.. all.Select(static other => TrainingCases.Weights(other).Select(static w => (double)w).ToArray())];
                        for (int i = 0; i < weights.Length; i++)
                        {
                            double moved = weights[i] - ranks.Average(rank => rank[i]);
                            heap[i] = (momentum * heap[i]) + moved;
                            weights[i] -= rate * (moved + (momentum * heap[i]));
                        }

                        Check.Near([.. weights.Select(static w => (float)w)], TrainingCases.Weights(model), 2e-6, $"weights after step {step}");
                        TrainingCases.RequireEqual(world, model, "meeting");
                        foreach (Sequential other in all)
                        {
                            other.LoadState(model.State());
                        }

                        weights = [.. TrainingCases.Weights(model).Select(static w => (double)w)];
                    }
                }

                Array.ForEach(shares, static share => share.Dispose());
            }

            Check.Is(3L, parallel.Meetings, "meetings");
            Check.Is(3 * 4L * rule.Groups.SelectMany(static group => group.Runs).Sum(static run => run.Length), parallel.BytesExchanged, "bytes");

            // By Fit, with a state that is saved.
            model.Fit(data, rule, epochs: 1, batchSize: Batch, validation: data, callbacks: [parallel], parallel: parallel);
            TrainingCases.RequireEqual(world, model, "fit");
            parallel.LoadState(parallel.State());

            void Train(Sequential trained, SGD by, Batch batch)
            {
                by.ZeroGradients();
                loss.Compute(trained.Forward(batch.X), batch.Y).Backward();
                by.Step();
            }
        }

        Console.WriteLine($"rank {world.Rank} done");
    }

    /// <summary>Graphs that leave parameters out, frozen ones, a rank that is slow, a network on the emulated device, and what is refused.</summary>
    internal static void Odd(string[] args)
    {
        Communicator world = Communicator.World;

        // Each rank reaches its own parameter only; nobody the last one. Of the means, each is one rank's gradient over their number.
        Spread spread = new(world.Size + 1);
        SGD rule = new(spread.Parameters(), 1, momentum: 0.9);
        using (DataParallel parallel = new(world, spread, rule, new DataParallelOptions { FindsUnused = true, PieceBytes = 64 }))
        {
            rule.ZeroGradients();
            (spread.At(world.Rank) * (world.Rank + 1)).Sum().Backward();
            rule.Step();
            Check.Equal(
                Enumerable.Range(0, world.Size + 1).Select(i => i < world.Size ? 10 - ((i + 1f) / world.Size) : 10), TrainingCases.Weights(spread), "reached weights");
        }

        Spread other = new(2);
        using (DataParallel parallel = new(world, other, new SGD(other.Parameters(), 1)))
        {
            if (world.Size > 1)
            {
                Check.Is(
                    true, Check.Throws<InvalidOperationException>(() => other.At(0).Sum().Backward()).Message.Contains("FindsUnused"), "a parameter without gradient");
                world.Barrier();
            }
        }

        other = new Spread(2);
        other.At(1).IsTrainable = false;
        SGD own = new([other.At(0)], 1);
        using (DataParallel parallel = new(world, other, own))
        {
            // Means of means over two passes, of which the first stays here.
            own.ZeroGradients();
            parallel.Synchronizes = false;
            (other.At(0) * world.Rank).Sum().Backward();
            parallel.Synchronizes = true;
            if (world.Rank == 0)
            {
                Thread.Sleep(300);
            }

            (other.At(0) * 3).Sum().Backward();
            Check.Near([3 + ((world.Size - 1) / 2f)], other.At(0).Gradient!.ToArray<float>(), 1e-6, "accumulated");
        }

        Generator.Default = new Generator(2);
        Sequential emulated = [new Dense(3, 2, device: Device.Emulated)];
        Adam adam = new(emulated.Parameters(), 0.01);
        using (DataParallel parallel = new(world, emulated, adam, new DataParallelOptions { ShardsState = true }))
        {
            adam.ZeroGradients();
            Tensor x = Tensor.Ones([1, 3], device: Device.Emulated);
            (emulated.Forward(x) * (world.Rank + 1)).Sum().Backward();
            adam.Step();
            TrainingCases.RequireEqual(world, emulated, "emulated");
        }

        // Dropout draws other numbers on each rank.
        float[] draws = Tensor.Uniform([8], device: Device.Cpu).ToArray<float>();
        byte[][] all = world.AllGather([.. draws.SelectMany(BitConverter.GetBytes)]);
        Check.Is(world.Size, all.Select(Convert.ToHexString).Distinct().Count(), "streams");

        LBFGS whole = new(emulated.Parameters());
        Check.Throws<InvalidOperationException>(() =>
        {
            using DataParallel refused = new(world, emulated, whole, new DataParallelOptions { ShardsState = true });
            _ = world.Size == 1 ? throw new InvalidOperationException() : 0;
        });
        Check.Throws<ArgumentException>(() =>
        {
            using DataParallel parallel = new(world, emulated, adam);
            spread.Fit(TrainingCases.Data(), rule, static batch => (batch.X.Sum(), null), batchSize: Batch, parallel: parallel);
        });
        Console.WriteLine($"rank {world.Rank} done");
    }

    // Numbers that are reached one by one.
    private sealed class Spread : Module
    {
        private readonly Parameter[] _numbers;

        internal Spread(int count)
        {
            _numbers = [.. Enumerable.Range(0, count).Select(i => Add($"number{i}", new Parameter(Tensor.Full([1], 10, DType.Float32, Device.Cpu))))];
        }

        internal Parameter At(int index) => _numbers[index];

        public override Tensor Forward(Tensor input) => input;
    }
}
