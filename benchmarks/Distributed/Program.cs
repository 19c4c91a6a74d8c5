// Steps of an MLP and a CNN on one thread a rank, with a global batch that stays the same: samples a second, the share of the time that ranks wait for
// each other, the share of the exchange that is hidden behind the backward pass, and what an exchange costs. Started by run.sh.
using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Distributed;
using DeepSharp.Layers;
using DeepSharp.Optim;

const int Batch = 512;
const double Seconds = 3;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CpuKernels.Threads = 1;
Communicator world = Communicator.World;
bool prints = world.Rank == 0;
foreach (int length in world.Size == 1 ? [] : new[] { 1, 1 << 18, 1 << 22 })
{
    Tensor values = Tensor.Zeros(length, DType.Float32, Device.Cpu);
    double median = Median(() => world.AllReduce(values), 0.5).Time;
    if (prints)
    {
        Console.WriteLine($"deepsharp  ranks {world.Size}  all-reduce of {length * 4.0 / 1e6,8:F3} MB  {median * 1e6,10:F1} µs");
    }
}

foreach (string name in new[] { "mlp", "cnn" })
{
    double hidden = Step(name, overlaps: true, out double waited, out double overlapped);
    _ = Step(name, overlaps: false, out double exposed, out double _);
    if (prints)
    {
        Console.WriteLine(
            $"deepsharp  ranks {world.Size}  {name}  {Batch / hidden,10:F0} samples/s  waits {waited:P1} of a step"
            + (world.Size == 1 ? string.Empty : $"  hidden {Math.Max(0, 1 - (overlapped / exposed)):P0} of the exchange"));
    }
}

double Step(string name, bool overlaps, out double share, out double waited)
{
    Generator.Default = new Generator(1);
    Sequential model = name == "mlp"
        ? [new Flatten(), new Dense(784, 512), new ReLU(), new Dense(512, 512), new ReLU(), new Dense(512, 10)]
        : [new Conv2D(1, 16, 3, padding: 1), new ReLU(), new MaxPool2D(2), new Conv2D(16, 32, 3, padding: 1), new ReLU(), new MaxPool2D(2), new Flatten(),
            new Dense(1568, 128), new ReLU(), new Dense(128, 10)];
    SGD optimizer = new(model.Parameters(), 0.01, momentum: 0.9);
    using DataParallel parallel = new(world, model, optimizer, new DataParallelOptions { PieceBytes = 1 << 18, Overlaps = overlaps });
    Dataset data = new(Tensor.Normal([4 * Batch, 1, 28, 28], device: Device.Cpu), Tensor.Zeros(4 * Batch, DType.Int64, Device.Cpu));
    CrossEntropyLoss loss = new();
    using IEnumerator<Batch> batches = Endless(parallel, data).GetEnumerator();
    void One()
    {
        batches.MoveNext();
        optimizer.ZeroGradients();
        loss.Compute(model.Forward(batches.Current.X), batches.Current.Y).Backward();
        optimizer.Step();
    }

    One();
    double before = parallel.SecondsWaited;
    (double median, double whole, int count) = Median(One, Seconds);
    waited = (parallel.SecondsWaited - before) / count;
    share = (parallel.SecondsWaited - before) / whole;
    return median;
}

static IEnumerable<Batch> Endless(ParallelTraining parallel, Dataset data)
{
    while (true)
    {
        foreach (Batch batch in parallel.Share(data.Batches(Batch, seed: 1)))
        {
            yield return batch;
        }
    }
}

// All ranks make the same number of runs: rank 0 says when it is enough.
(double Time, double Whole, int Count) Median(Action run, double seconds)
{
    for (int i = 0; i < 3; i++)
    {
        run();
    }

    List<double> times = [];
    long began = Stopwatch.GetTimestamp();
    Span<double> goes = [1];
    while (goes[0] != 0)
    {
        for (int i = 0; i < 10; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        goes[0] = prints && Stopwatch.GetElapsedTime(began).TotalSeconds < seconds ? 1 : 0;
        world.AllReduce(goes, Reduction.Max);
    }

    times.Sort();
    return (times[times.Count / 2], times.Sum(), times.Count);
}
