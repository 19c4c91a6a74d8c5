using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What is too large for the memory of the CPU is one error, and training goes on.</summary>
public class MemoryLimitTests
{
    [Fact]
    public void Too_large_a_network_is_one_error_that_names_its_tensors_and_the_next_trains_as_if_nothing_had_been()
    {
        Device small = new(DeviceKind.Cpu, 1, null) { MemoryLimit = 4_000_000 };
        DeviceException error = Assert.Throws<DeviceException>(() => Train(small, hidden: 200_000, batch: 8));
        Assert.Contains("of the 4,000,000 of Device.MemoryLimit", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"The most bytes are used [\d,]+ by \w+ \(\d+ of \[[\d, ]+\]\)", error.Message);

        // Too large a batch, where the network fits: in the middle of a step.
        error = Assert.Throws<DeviceException>(() => Train(small, hidden: 600, batch: 2000));
        Assert.Contains("Use a smaller batch", error.Message, StringComparison.Ordinal);
        Assert.InRange(small.Statistics.PeakBytes, 1, 4_000_000);
        Assert.Equal(Train(new Device(DeviceKind.Cpu, 2, null), hidden: 16, batch: 8), Train(small, hidden: 16, batch: 8));
    }

    [Fact]
    public void The_network_that_did_not_fit_its_batch_trains_on_with_a_smaller_one()
    {
        Device small = new(DeviceKind.Cpu, 1, null) { MemoryLimit = 4_000_000 };
        Dataset data = Problem.Rings(2000, small);
        Sequential model = Model(small, 600);
        Optimizer optimizer = Problem.Adam(model);
        Assert.Throws<DeviceException>(() => model.Fit(data, optimizer, batchSize: 2000));
        History history = model.Fit(data, optimizer, epochs: 3, batchSize: 50);
        Assert.InRange(history.Epochs[^1]["loss"], 0, 0.1);
    }

    private static Dictionary<string, float[]> Train(Device device, int hidden, int batch)
    {
        using TensorScope scope = Tensor.Scope();
        Sequential model = Model(device, hidden);
        model.Fit(Problem.Rings(2000, device), Problem.Adam(model), epochs: 1, batchSize: batch, seed: 1);
        return Problem.Values(model);
    }

    private static Sequential Model(Device device, int hidden) =>
    [
        new Dense(2, hidden, generator: new Generator(1), device: device), new ReLU(),
        new Dense(hidden, 2, generator: new Generator(2), device: device),
    ];
}
