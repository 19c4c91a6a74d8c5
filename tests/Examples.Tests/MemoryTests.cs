using DeepSharp.Data;
using DeepSharp.Examples.GradientDescent;
using DeepSharp.Examples.Mnist;
using DeepSharp.Examples.OptimizerRace;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>The examples' own networks, loops and programs: no training step grows anything.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly Device _default = Device.Default;

    public MemoryTests() => Device.Default = Device.Cpu;

    public void Dispose() => Device.Default = _default;

    private const int Steps = 201;

    [Theory]
    [InlineData("softmax", 32)]
    [InlineData("mlp", 128)]
    public void Mnist_in_a_loop_leaves_nothing_behind(string name, int batchSize)
    {
        Device device = Device.Cpu;
        Sequential model = Network.Make(name, new Generator(1));
        Optimizer optimizer = Falling("adam", model, Steps);
        CrossEntropyLoss loss = new();
        Watch watch = new(device);
        foreach ((Tensor x, Tensor y) in Digits(device).Take(Steps * batchSize).Batches(batchSize, seed: 1))
        {
            // At the begin of a step everything of the last one has gone.
            watch.Look();
            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
        }

        watch.AssertFlat(2, 200);
    }

    [Theory]
    [InlineData("softmax", 32)]
    [InlineData("mlp", 128)]
    public void Mnist_by_Fit_leaves_nothing_behind(string name, int batchSize)
    {
        Device device = Device.Cpu;
        Sequential model = Network.Make(name, new Generator(1));
        Watch watch = new(device);
        model.Fit(
            Digits(device).Take(Steps * batchSize), Falling("adam", model, Steps), batchSize: batchSize, metrics: [new Accuracy()],
            callbacks: [watch]);
        Assert.Equal(Steps, watch.Seen.Count);
        watch.AssertFlat(2, 200);
    }

    // 60,000 digits in batches of 128: 469 steps an epoch, and a line on the console after each.
    [Fact]
    public void TrainingLoop_reaches_its_accuracy_and_leaves_nothing_behind()
    {
        Watch watch = new(Device.Cpu);
        string[] lines = ExampleProgram.RunHere("TrainingLoop", watch.Look, "2");
        watch.AssertFlat(1, 2, stepsBetween: 469);

        // "epoch 1: test accuracy 96.71 %"
        Assert.Equal(2, lines.Length);
        Assert.All(lines, static line => Assert.InRange(
            double.Parse(line.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture), 95, 100));
    }

    // 20,000 digits in batches of 128: 157 steps an epoch.
    [Fact]
    public void CustomLayer_checks_its_operator_trains_and_leaves_nothing_behind()
    {
        Watch watch = new(Device.Cpu);
        string[] lines = ExampleProgram.RunHere("CustomLayer", watch.Look);
        Assert.Contains("agrees with its finite differences", lines[0], StringComparison.Ordinal);
        Assert.Contains("epoch 3", lines[^1], StringComparison.Ordinal);
        watch.AssertFlat(watch.Seen.Count - 2, watch.Seen.Count, stepsBetween: 2 * 157);
    }

    [Theory]
    [InlineData(1, 2, "cpu")]
    [InlineData(5, 2, "cpu")]
    [InlineData(10, 1, "cpu")]
    [InlineData(5, 2, "emulated")]
    public void GradientDescent_leaves_nothing_behind(int batchSize, int epochs, string name)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Device.Default = device;

        // The descent is over when it returns: 200 steps must leave as much as two, and need no memory that two did not.
        Line line = new(10, 1);
        int stepsPerEpoch = (10 + batchSize - 1) / batchSize;
        Descent.Run("warm-up", line, batchSize, epochs, 0.1, 1);
        (long few, long fewManaged) = Left(epochs);
        int many = epochs + (198 / stepsPerEpoch);
        (long lots, long lotsManaged) = Left(many);
        Assert.Equal(few, lots);
        Assert.InRange((lotsManaged - fewManaged) / ((many - epochs) * stepsPerEpoch), 0, Watch.ManagedBytesPerStep);

        (long Live, long Managed) Left(int count)
        {
            Watch.Settle(device);
            DeviceStatistics before = device.Statistics;
            long managed = GC.GetAllocatedBytesForCurrentThread();
            Descent descent = Descent.Run("descent", line, batchSize, count, 0.1, 1);
            managed = GC.GetAllocatedBytesForCurrentThread() - managed;
            DeviceStatistics after = device.Statistics;
            Assert.Equal((count * stepsPerEpoch) + 1, descent.Slopes.Count);
            Assert.Equal(before.Allocations, after.Allocations);
            return (after.LiveBytes - before.LiveBytes, managed);
        }
    }

    // A schedule is asked for its rate at every step, and so sees them all.
    [Theory]
    [InlineData("adam")]
    [InlineData("momentum")]
    [InlineData("lookahead-sgd")]
    public void OptimizerRace_leaves_nothing_behind(string name)
    {
        const int BatchSize = 16;
        List<Watch> watches = [];
        MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"), Device.Cpu);
        Racer racer = Watched(name, watches);
        Run run = Run.Train(racer, racer.Rate!.Value, digits, (Steps + 1) * BatchSize, 1, BatchSize, 1);
        Assert.Equal(Steps + 1, run.Losses.Count);

        // The accuracy on the test images is taken in between, first after step 9, which needs more memory than the step itself.
        Assert.Single(watches).AssertFlat(10, 200, managed: false);

        // One descent for each of nine rates; some leave the picture before their end.
        watches.Clear();
        Trail.Best(racer, Landscape.Rosenbrock with { Steps = Steps });
        Watch[] whole = [.. watches.Where(static watch => watch.Seen.Count == Steps)];
        Assert.NotEmpty(whole);
        Assert.All(whole, static watch => watch.AssertFlat(2, 200));
    }

    private static Dataset Digits(Device device) => MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"), device).Train;

    private static Optimizer Falling(string name, Sequential model, int steps)
    {
        Optimizer optimizer = Optimizers.Make(name, model.Parameters(), Optimizers.DefaultRate(name));
        optimizer.Schedule = new CosineAnnealing(steps);
        return optimizer;
    }

    private static Racer Watched(string name, List<Watch> watches)
    {
        Racer racer = Racer.All.Single(racer => racer.Name == name);
        return racer with
        {
            Make = (parameters, rate) =>
            {
                double last = 0;
                Watch watch = new(Device.Cpu);
                watches.Add(watch);
                Optimizer optimizer = racer.Make(parameters, rate);
                optimizer.Schedule = CustomRate.FromFactor(step =>
                {
                    if (step > last)
                    {
                        last = step;
                        watch.Look();
                    }

                    return 1;
                });
                return optimizer;
            },
        };
    }
}
