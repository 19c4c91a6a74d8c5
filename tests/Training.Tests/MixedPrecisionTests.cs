using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Training with 16-bit factors reaches what training in Float32 reaches.</summary>
public class MixedPrecisionTests
{
    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_classifier_learns_as_in_Float32(DType dtype)
    {
        (double Loss, double Accuracy) expected = Train(DType.Float32, out _, out _);
        (double Loss, double Accuracy) actual = Train(dtype, out Sequential model, out Optimizer optimizer);

        // The rings do not overlap: all are told apart, with a loss that differs by less than a tenth of a point.
        Assert.True(expected.Accuracy > 0.99, $"Float32: {expected}");
        Assert.True(actual.Accuracy > 0.99, $"{dtype}: {actual}");
        Assert.Equal(expected.Loss, actual.Loss, 0.02);
        Assert.All(model.Parameters(), static p => Assert.Equal((DType.Float32, DType.Float32), (p.DType, p.Gradient!.DType)));
        Assert.Equal(dtype == DType.Float16, optimizer.SkipsNonFinite);

        // And not because nothing was rounded.
        Assert.NotEqual(expected.Loss, actual.Loss);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Memory_does_not_grow_from_step_to_step(DType dtype)
    {
        // What other tests left behind is not to go in the middle.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Sequential model = Problem.Classifier(1);
        Dataset data = Problem.Rings(256);
        Optimizer optimizer = Problem.Adam(model);
        List<(long Live, long Allocations)> seen = [];
        Watcher watcher = new(() => seen.Add((Device.Cpu.Statistics.LiveBytes, Device.Cpu.Statistics.Allocations)));
        model.Fit(data, optimizer, epochs: 3, batchSize: 32, callbacks: [watcher], mixedPrecision: dtype);
        Assert.Equal(24, seen.Count);
        Assert.All(seen[8..], step => Assert.Equal(seen[8].Live, step.Live));
        Assert.All(seen[8..], step => Assert.Equal(seen[8].Allocations, step.Allocations));
    }

    [Fact]
    public void Overflowing_steps_are_skipped_until_the_scale_fits()
    {
        Sequential model = Problem.Classifier(1);
        Dataset data = Problem.Rings(256);
        Optimizer optimizer = Problem.Adam(model);
        LossScaler scaler = new(initialScale: Math.Pow(2, 40));
        History history = model.Fit(data, optimizer, epochs: 6, batchSize: 32, mixedPrecision: DType.Float16, lossScaler: scaler);
        Assert.True(optimizer.SkippedSteps is > 5 and < 40, $"skipped {optimizer.SkippedSteps}");
        Assert.Equal(Math.Pow(2, 40 - optimizer.SkippedSteps), scaler.CurrentScale);
        Assert.True(history.Epochs[^1].Values["loss"] < history.Epochs[0].Values["loss"]);
        Assert.All(model.Parameters(), static p => Assert.All(p.ToArray<float>(), static v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void The_GPU_kernels_train_too()
    {
        foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16])
        {
            Generator random = new(3);
            Sequential model =
            [
                new Dense(2, 8, generator: random, device: TestDevice.Gpu), new Tanh(),
                new Dense(8, 2, generator: random, device: TestDevice.Gpu),
            ];
            Dataset data = Problem.Rings(16, TestDevice.Gpu);
            History history = model.Fit(
                data, new Adam(model.Parameters(), 0.05), epochs: 6, batchSize: 8, metrics: [new Accuracy()], mixedPrecision: dtype);
            Assert.True(history.Epochs[^1].Values["loss"] < history.Epochs[0].Values["loss"]);
        }
    }

    [Fact]
    public void Regression_compares_16_bit_predictions_with_Float32_targets()
    {
        Sequential model = [new Dense(1, 1, generator: new(1), device: Device.Cpu)];
        Dataset data = new(
            Tensor.From(Enumerable.Range(0, 64).Select(static i => (float)Problem.Point(i).X).ToArray(), [64, 1], Device.Cpu),
            Tensor.From(Enumerable.Range(0, 64).Select(static i => (float)Problem.Point(i).Y).ToArray(), [64, 1], Device.Cpu));
        foreach (Loss loss in (Loss[])[new MeanSquaredErrorLoss(), new HuberLoss(), new MeanAbsoluteErrorLoss()])
        {
            History history = model.Fit(
                data, new Adam(model.Parameters(), 0.1), loss, epochs: 20, batchSize: 16, validation: data, mixedPrecision: DType.BFloat16);
            Assert.True(history.Epochs[^1].Values["val_loss"] < 0.1, $"{loss.GetType().Name}: {history.Epochs[^1].Values["val_loss"]}");
        }
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        Sequential model = Problem.Classifier(1);
        Dataset data = Problem.Rings(8);
        Assert.Throws<ArgumentException>(() => model.Fit(data, Problem.Adam(model), mixedPrecision: DType.Int32));
        Assert.Throws<ArgumentException>(() => model.Fit(data, Problem.Adam(model), mixedPrecision: DType.BFloat16, lossScaler: new()));
        Assert.Throws<ArgumentException>(() => model.Fit(data, new LBFGS(model.Parameters()), mixedPrecision: DType.Float16));
    }

    private static (double Loss, double Accuracy) Train(DType precision, out Sequential model, out Optimizer optimizer)
    {
        Generator random = new(2);
        model = [
            new Dense(2, 32, generator: random, device: Device.Cpu), new BatchNorm(32, device: Device.Cpu), new ReLU(),
            new Dense(32, 32, generator: random, device: Device.Cpu), new Tanh(), new Dense(32, 2, generator: random, device: Device.Cpu)];
        optimizer = Problem.Adam(model);
        Dataset data = Problem.Rings(512);
        _ = model.Fit(data, optimizer, epochs: 15, batchSize: 64, metrics: [new Accuracy()], mixedPrecision: precision);
        IReadOnlyDictionary<string, double> result = model.Evaluate(data, metrics: [new Accuracy()]);
        return (result["loss"], result["accuracy"]);
    }

    private sealed class Watcher(Action look) : ICallback
    {
        public void OnBatchEnd(TrainingContext context) => look();
    }
}
