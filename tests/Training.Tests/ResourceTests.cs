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
    public void Threads_train_networks_of_their_own_to_the_bits_of_one_thread()
    {
        (Dictionary<string, float[]> Weights, double[] Losses)[] alone = [Train(0), Train(1)];
        var together = new (Dictionary<string, float[]> Weights, double[] Losses)[6];
        Exception?[] errors = new Exception?[together.Length];
        Thread[] threads = [.. Enumerable.Range(0, together.Length).Select(i => new Thread(() =>
        {
            try
            {
                together[i] = Train((ulong)i % 2);
            }
            catch (Exception error)
            {
                errors[i] = error;
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.All(errors, Assert.Null);
        for (int i = 0; i < together.Length; i++)
        {
            Assert.Equal(alone[i % 2].Losses, together[i].Losses);
            Assert.Equal(alone[i % 2].Weights, together[i].Weights);
        }

        static (Dictionary<string, float[]> Weights, double[] Losses) Train(ulong seed)
        {
            Sequential model = Problem.Classifier(seed);
            History history = model.Fit(
                Problem.Rings(200), Problem.Adam(model), epochs: 6, batchSize: 20, metrics: [new Accuracy()], validationSplit: 0.2, seed: seed);
            return (Problem.Values(model), [.. history["loss"], .. history["val_loss"], .. history["accuracy"]]);
        }
    }
}
