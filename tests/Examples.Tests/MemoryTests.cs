using DeepSharp.Data;
using DeepSharp.Examples.CustomLayer;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>The networks of the examples: no training step grows anything.</summary>
public class MemoryTests
{
    // Graph nodes, tensor handles and shapes; 11 KB measured for the larger network.
    private const long ManagedBytesPerStep = 16 * 1024;

    public static TheoryData<string> Networks => ["softmax", "mlp", "custom layer"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Steps_of_a_loop_leave_nothing_behind(string name)
    {
        Device device = Device.Cpu;
        Sequential model = Make(name);
        Adam optimizer = new(model.Parameters());
        CrossEntropyLoss loss = new();
        Dataset data = Digits(device).Take(201 * 32);
        int step = 0;
        DeviceStatistics early = default;
        long managed = 0;
        foreach ((Tensor x, Tensor y) in data.Batches(32, seed: 1))
        {
            // At the begin of a step everything of the last one has gone.
            step++;
            if (step == 3)
            {
                early = device.Statistics;
                managed = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (step == 201)
            {
                DeviceStatistics late = device.Statistics;
                Assert.Equal(early.LiveBytes, late.LiveBytes);
                Assert.Equal(early.Allocations, late.Allocations);
                Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - managed) / 198, 0, ManagedBytesPerStep);
            }

            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
        }

        Assert.Equal(201, step);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Fit_leaves_nothing_behind(string name)
    {
        Device device = Device.Cpu;
        Sequential model = Make(name);
        Watch watch = new(device);
        model.Fit(Digits(device).Take(201 * 32), new Adam(model.Parameters()), batchSize: 32, metrics: [new Accuracy()], callbacks: [watch]);
        Assert.Equal(201, watch.Seen.Count);
        Assert.Equal(watch.Seen[1].LiveBytes, watch.Seen[199].LiveBytes);
        Assert.Equal(watch.Seen[1].Allocations, watch.Seen[199].Allocations);
    }

    private static Dataset Digits(Device device) => MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"), device).Train;

    private static Sequential Make(string name)
    {
        Generator random = new(1);
        return name switch
        {
            "softmax" => [new Flatten(), new Dense(784, 10, generator: random)],
            "mlp" =>
            [
                new Flatten(),
                new Dense(784, 256, generator: random), new BatchNorm(256), new ReLU(),
                new Dense(256, 128, generator: random), new BatchNorm(128), new ReLU(),
                new Dense(128, 10, generator: random),
            ],
            _ => [new Flatten(), new GatedDense(784, 64), new Dense(64, 10, generator: random)],
        };
    }

    private sealed class Watch(Device device) : ICallback
    {
        internal List<DeviceStatistics> Seen { get; } = [];

        public void OnBatchEnd(TrainingContext context) => Seen.Add(device.Statistics);
    }
}
