using System.Diagnostics;
using System.IO.Compression;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Training on MNIST, as somebody with the data in memory writes it: time of a step and of an epoch, accuracy, memory.</summary>
internal static class Networks
{
    private const int StepsPerBlock = 50;

    /// <summary>784-256-128-10 with batch norm and ReLU, Adam, batches of 128 picked by index.</summary>
    internal static void Mlp(int epochs) => Train(
        "mlp",
        nn.Sequential(
            nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 10)),
        static parameters => optim.Adam(parameters, lr: 1e-3), 128, epochs);

    /// <summary>784-32-10 with ReLU, SGD with momentum, batches of 32: a step is nearly all overhead.</summary>
    internal static void Small(int epochs) => Train(
        "small", nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10)),
        static parameters => optim.SGD(parameters, learningRate: 0.02, momentum: 0.9), 32, epochs);

    /// <summary>Two convolutions of 3 × 3 with poolings, 1 to 16 to 32 channels, then 1568-128-10; Adam, batches of 128.</summary>
    internal static void LeNet(int epochs) => Train(
        "lenet",
        nn.Sequential(
            nn.Unflatten(1, [1, 28, 28]), nn.Conv2d(1, 16, 3, padding: 1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding: 1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10)),
        static parameters => optim.Adam(parameters, lr: 1e-3), 128, epochs);

    private static void Train(
        string name, nn.Module<Tensor, Tensor> model, Func<IEnumerable<Parameter>, optim.Optimizer> make, int batch, int epochs)
    {
        (Tensor images, Tensor labels) = Load("train");
        optim.Optimizer optimizer = make(model.parameters());
        List<double> blocks = [];
        List<double> epochSeconds = [];
        model.train();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp();
            long mark = start;
            using Tensor order = randperm(images.shape[0]);
            int step = 0;
            for (long first = 0; first < order.shape[0]; first += batch)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor index = order.narrow(0, first, Math.Min(batch, order.shape[0] - first));
                optimizer.zero_grad();
                nn.functional.cross_entropy(model.call(images.index_select(0, index)), labels.index_select(0, index)).backward();
                optimizer.step();
                if (++step % StepsPerBlock == 0)
                {
                    long now = Stopwatch.GetTimestamp();
                    blocks.Add(Stopwatch.GetElapsedTime(mark, now).TotalSeconds / StepsPerBlock);
                    mark = now;
                }
            }

            epochSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Timing.Row($"{name}.step", "us", Timing.Median(blocks) * 1e6);
        Timing.Row($"{name}.epoch", "s", Timing.Median(epochSeconds));
        Timing.Row($"{name}.accuracy_after_{epochs}", "percent", Accuracy(model));
        Timing.Row($"{name}.peak_memory", "MB", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6);
    }

    private static double Accuracy(nn.Module<Tensor, Tensor> model)
    {
        (Tensor images, Tensor labels) = Load("t10k");
        using IDisposable noGrad = no_grad();
        model.eval();
        return 100 * model.call(images).argmax(1).eq(labels).to_type(ScalarType.Float32).mean().item<float>();
    }

    // The bundled digits as float32, normalised the usual way, and their labels.
    private static (Tensor Images, Tensor Labels) Load(string split)
    {
        using Tensor bytes = Read($"{split}-images-idx3-ubyte.gz", 16);
        using Tensor labels = Read($"{split}-labels-idx1-ubyte.gz", 8);
        return (bytes.view(-1, 784).to_type(ScalarType.Float32).div_(255).sub_(0.1307).div_(0.3081), labels.to_type(ScalarType.Int64));
    }

    private static Tensor Read(string name, int header)
    {
        using GZipStream stream = new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "mnist", name)), CompressionMode.Decompress);
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return tensor(memory.ToArray()[header..], ScalarType.Byte);
    }
}
