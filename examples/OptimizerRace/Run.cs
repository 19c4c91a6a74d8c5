using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>A rule training the network of examples/Mnist.</summary>
internal sealed class Run
{
    private const int TestImages = 2000;
    private const int Looks = 25;
    private const double Smoothing = 0.9;

    private Run(Racer racer, double rate)
    {
        Racer = racer;
        Rate = rate;
    }

    internal Racer Racer { get; }

    internal double Rate { get; }

    /// <summary>The loss of the batches, smoothed, after each step.</summary>
    internal List<double> Losses { get; } = [];

    /// <summary>The steps after which the accuracy was measured.</summary>
    internal List<double> Steps { get; } = [];

    /// <summary>The share of test images that were read right, then.</summary>
    internal List<double> Accuracies { get; } = [];

    internal static Run Train(Racer racer, double rate, MnistData digits, int samples, int epochs, int batchSize, ulong seed)
    {
        // The same initial values and the same batches for all.
        Generator random = new(seed);
        Sequential model =
        [
            new Flatten(),
            new Dense(784, 256, generator: random), new BatchNorm(256), new ReLU(),
            new Dense(256, 128, generator: random), new BatchNorm(128), new ReLU(),
            new Dense(128, 10, generator: random),
        ];
        Dataset train = digits.Train.Take(Math.Min(samples, digits.Train.Count));
        Dataset test = digits.Test.Take(Math.Min(TestImages, digits.Test.Count));
        CrossEntropyLoss loss = new();
        Accuracy accuracy = new();
        Optimizer optimizer = racer.Make(model.Parameters(), rate);
        Run run = new(racer, rate);
        // Whole batches only: a last one of a single image has no variance to normalise by.
        batchSize = Math.Min(batchSize, train.Count);
        int steps = epochs * (train.Count / batchSize);
        int pause = Math.Max(1, (steps + Looks - 1) / Looks);
        double mean = 0;
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            // Pinned: every optimizer sees the samples in the same orders.
            foreach ((Tensor x, Tensor y) in train.Batches(batchSize, seed: seed, epoch: epoch, dropLast: true))
            {
                Tensor value = optimizer.Step(() => loss.Compute(model.Forward(x), y));
                mean = (Smoothing * mean) + ((1 - Smoothing) * value.Item());
                run.Losses.Add(mean / (1 - Math.Pow(Smoothing, run.Losses.Count + 1)));
                if (run.Losses.Count % pause == 0 || run.Losses.Count == steps)
                {
                    // This rule trains between two points, and is judged at one of them.
                    using IDisposable? average = (optimizer as ScheduleFreeAdamW)?.UseAverage();
                    run.Steps.Add(run.Losses.Count);
                    run.Accuracies.Add(model.Evaluate(test, metrics: [accuracy])["accuracy"]);
                }
            }
        }

        return run;
    }
}
