using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class ResourceTests
{
    [Theory]
    [InlineData("cpu", 200, false)]
    [InlineData("emulated", 20, false)]
    [InlineData("cpu", 200, true)]
    [InlineData("emulated", 20, true)]
    public void The_last_step_holds_as_much_memory_as_the_second(string name, int steps, bool residual)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Sequential model = residual
            ?
            [
                new Dense(2, 8, device: device), new Residual([new Dense(8, 8, device: device), new Tanh()]), new LayerNorm(8, device: device),
                new Residual(new Dense(8, 8, device: device)), new BatchNorm(8, device: device), new ReLU(), new Dense(8, 3, device: device),
            ]
            : Problem.Classifier(1, device);
        Optimizer optimizer = Problem.Adam(model);
        Dataset data = Problem.Rings(40, device);
        CrossEntropyLoss loss = new();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        List<DeviceStatistics> after = [device.Statistics];
        for (int epoch = 0; epoch < steps / 4; epoch++)
        {
            foreach ((Tensor x, Tensor y) in data.Batches(10, epoch: epoch))
            {
                optimizer.ZeroGradients();
                loss.Compute(model.Forward(x), y).Backward();
                optimizer.Step();
                after.Add(device.Statistics);
            }
        }

        Assert.Equal(steps + 1, after.Count);
        Assert.Equal(after[2].LiveBytes, after[steps].LiveBytes);
        Assert.Equal(after[2].Allocations, after[steps].Allocations);
        Assert.Equal(after[3].Launches - after[2].Launches, after[steps].Launches - after[steps - 1].Launches);
    }

    [Fact]
    public void Fit_holds_no_more_memory_after_many_epochs_than_after_two()
    {
        Sequential model = Problem.Classifier(1);
        List<long> live = [];
        Recorder recorder = new() { AtEpoch = (_, _) => live.Add(Device.Cpu.Statistics.LiveBytes) };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = Device.Cpu.Statistics;
        model.Fit(
            Problem.Rings(45), Problem.Adam(model), epochs: 30, batchSize: 10, metrics: [new Accuracy()], validation: Problem.Rings(20),
            callbacks: [recorder]);
        Assert.Equal(live[1], live[^1]);
    }

    [Fact]
    public void Launches_of_all_threads_count()
    {
        const int each = 100_000;
        long before = Device.Cpu.Statistics.Launches;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(static _ => new Thread(static () =>
        {
            using Tensor own = Tensor.Zeros(1, device: Device.Cpu);
            for (int i = 0; i < each; i++)
            {
                own.Fill(i);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(4 * (each + 1), Device.Cpu.Statistics.Launches - before);
    }

    [Fact]
    public void Threads_train_networks_of_their_own_to_the_bits_of_one_thread() => AssertThreadsDoNotMeet(8, static seed =>
    {
        Sequential model = Problem.Classifier(seed);
        History history = model.Fit(
            Problem.Rings(200), Problem.Adam(model), epochs: 6, batchSize: 20, metrics: [new Accuracy()], validationSplit: 0.2, seed: seed);
        return (Problem.Values(model), [.. history["loss"], .. history["val_loss"], .. history["accuracy"]]);
    });

    // Batches and layers so large that products, normalisations, updates and element-wise loops all ask for the shared workers.
    [Fact]
    public void Threads_share_the_workers_and_get_the_bits_of_one_thread() => AssertThreadsDoNotMeet(4, static seed =>
    {
        Generator random = new(seed);
        Sequential model =
        [
            new Dense(2, 300, generator: random, device: Device.Cpu), new BatchNorm(300, device: Device.Cpu), new ReLU(),
            new Dense(300, 301, generator: random, device: Device.Cpu), new GELU(), new Dropout(0.2, generator: random),
            new LayerNorm(301, device: Device.Cpu), new Dense(301, 2, generator: random, device: Device.Cpu),
        ];
        History history = model.Fit(
            Problem.Rings(1700), Problem.Adam(model), epochs: 3, batchSize: 700, metrics: [new Accuracy()], seed: seed);
        return (Problem.Values(model), [.. history["loss"], .. history["accuracy"]]);
    });

    [Fact]
    public void Threads_share_the_kernels_of_a_GPU_and_get_the_bits_of_one_thread() => AssertThreadsDoNotMeet(2, static seed =>
    {
        Sequential model = Problem.Classifier(seed, TestDevice.Gpu);
        History history = model.Fit(
            Problem.Rings(8, TestDevice.Gpu), Problem.Adam(model), epochs: 2, batchSize: 4, metrics: [new Accuracy()], seed: seed);
        return (Problem.Values(model), [.. history["loss"], .. history["accuracy"]]);
    });

    private static void AssertThreadsDoNotMeet(int count, Func<ulong, (Dictionary<string, float[]> Weights, double[] Losses)> train)
    {
        // Together first, while there may still be kernels to compile.
        var together = new (Dictionary<string, float[]> Weights, double[] Losses)[count];
        Exception?[] errors = new Exception?[count];
        using Barrier start = new(count);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            errors[i] = Record.Exception(() => together[i] = train((ulong)i % 2));
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.All(errors, Assert.Null);
        (Dictionary<string, float[]> Weights, double[] Losses)[] alone = [train(0), train(1)];
        Assert.NotEqual(alone[0].Losses, alone[1].Losses);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(alone[i % 2].Losses, together[i].Losses);
            Assert.Equal(alone[i % 2].Weights, together[i].Weights);
        }
    }
}
