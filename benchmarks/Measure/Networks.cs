using System.Diagnostics;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Training on MNIST: time of a step and of an epoch, accuracy, memory.</summary>
internal static class Networks
{
    private const int StepsPerBlock = 50;

    /// <summary>784-256-128-10 with batch norm and ReLU, Adam, batches of 128.</summary>
    internal static void Mlp(int epochs)
    {
        Sequential model =
        [
            new Flatten(),
            new Dense(784, 256), new BatchNorm(256), new ReLU(),
            new Dense(256, 128), new BatchNorm(128), new ReLU(),
            new Dense(128, 10),
        ];
        Train("mlp", model, new Adam(model.Parameters(), learningRate: 1e-3), 128, epochs);
    }

    /// <summary>784-32-10 with ReLU, SGD with momentum, batches of 32: a step is nearly all overhead.</summary>
    internal static void Small(int epochs)
    {
        Sequential model = [new Flatten(), new Dense(784, 32), new ReLU(), new Dense(32, 10)];
        Train("small", model, new SGD(model.Parameters(), learningRate: 0.02, momentum: 0.9), 32, epochs);
    }

    /// <summary>Two convolutions of 3 × 3 with poolings, 1 to 16 to 32 channels, then 1568-128-10; Adam, batches of 128.</summary>
    internal static void LeNet(int epochs)
    {
        Sequential model =
        [
            new Reshape(1, 28, 28), new Conv2D(1, 16, 3, padding: 1), new ReLU(), new MaxPool2D(2),
            new Conv2D(16, 32, 3, padding: 1), new ReLU(), new MaxPool2D(2),
            new Flatten(),
            new Dense(1568, 128), new ReLU(),
            new Dense(128, 10),
        ];
        Train("lenet", model, new Adam(model.Parameters(), learningRate: 1e-3), 128, epochs);
    }

    private static void Train(string name, Sequential model, Optimizer optimizer, int batch, int epochs)
    {
        MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
        CrossEntropyLoss loss = new();
        List<double> blocks = [];
        List<double> epochSeconds = [];
        model.Train();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp();
            long mark = start;
            int step = 0;
            foreach ((Tensor x, Tensor y) in digits.Train.Batches(batch, seed: 1, epoch: epoch))
            {
                optimizer.ZeroGradients();
                loss.Compute(model.Forward(x), y).Backward();
                optimizer.Step();
                if (++step % StepsPerBlock == 0)
                {
                    long now = Stopwatch.GetTimestamp();
                    blocks.Add(Stopwatch.GetElapsedTime(mark, now).TotalSeconds / StepsPerBlock);
                    mark = now;
                }
            }

            digits.Train.Device.Synchronize();
            epochSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Timing.Row($"{name}.step", "us", Timing.Median(blocks) * 1e6);
        Timing.Row($"{name}.epoch", "s", Timing.Median(epochSeconds));
        Timing.Row($"{name}.accuracy_after_{epochs}", "percent", 100 * model.Evaluate(digits.Test, metrics: [new Accuracy()])["accuracy"]);
        Timing.Row($"{name}.peak_memory", "MB", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6);
    }
}
