using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Schedules as callbacks of Fit.</summary>
public class ScheduleCallbackTests
{
    [Fact]
    public void By_epoch_the_rate_changes_between_epochs_only()
    {
        Rates rates = new();
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.1);
        History history = model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4,
            callbacks: [new LearningRateScheduler(new StepDecay(1, 0.5)), rates]);
        Assert.Equal([0.1, 0.05, 0.025], history.Epochs.Select(static epoch => Math.Round(epoch.LearningRate, 12)));
        Assert.Equal([0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rates.Seen);
        Assert.Equal(0.1, optimizer.LearningRate);
    }

    [Fact]
    public void By_step_the_rate_changes_after_each_batch_and_counts_over_epochs()
    {
        Rates rates = new();
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.1);
        model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 2, batchSize: 4,
            callbacks: [new LearningRateScheduler(new InverseTimeDecay(1), ScheduleUnit.Step), rates]);
        Assert.Equal([0.05, Math.Round(0.1 / 3, 12), 0.025, 0.02], rates.Seen);
        Assert.Equal(0.1, optimizer.LearningRate);
    }

    [Fact]
    public void The_momentum_comes_back_too()
    {
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.01, momentum: 0.5);
        model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 2, batchSize: 4,
            callbacks: [new LearningRateScheduler(new OneCycle(0.01, 4, riseShare: 0.5), ScheduleUnit.Step)]);
        Assert.Equal(0.5, optimizer.Options.Momentum);
    }

    [Fact]
    public void Two_schedules_at_once_are_refused()
    {
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.1) { Schedule = new StepDecay(1) };
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), callbacks: [new LearningRateScheduler(new StepDecay(1))]));
        Assert.Contains("StepDecay", error.Message, StringComparison.Ordinal);
        Assert.NotNull(optimizer.Schedule);
    }

    [Fact]
    public void A_plateau_of_the_loss_reduces_the_rate()
    {
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.08);
        // An improvement below 100 % is none: after the first epoch all are bad.
        ReduceOnPlateau plateau = new(factor: 0.5, patience: 1, threshold: 1);
        model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 5, batchSize: 4, callbacks: [new PlateauScheduler(plateau, "loss")]);
        Assert.Equal(2, plateau.Reductions);
        Assert.Equal(0.02, optimizer.LearningRate, 12);
    }

    [Fact]
    public void A_schedule_by_step_goes_on_from_what_a_plateau_leaves()
    {
        List<double> used = [];
        (Sequential model, Dataset data) = Make();
        SGD optimizer = new(model.Parameters(), 0.8);
        ReduceOnPlateau plateau = new(factor: 0.5, patience: 0, threshold: 1);

        // Told before the scheduler: the rate is that of the step just made.
        Recorder recorder = new() { AtBatch = context => used.Add(Math.Round(context.Optimizer.LearningRate, 12)) };
        model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4,
            callbacks: [recorder, new LearningRateScheduler(new StepDecay(1, 0.5), ScheduleUnit.Step), new PlateauScheduler(plateau, "loss")]);

        // 0.8 / 2^t, and from 0.4 on after the plateau of the second epoch; the third one ends with another.
        Assert.Equal([0.8, 0.4, 0.2, 0.1, 0.025, 0.0125], used);
        Assert.Equal(0.2, optimizer.LearningRate, 12);
    }

    [Fact]
    public void A_missing_value_is_named()
    {
        (Sequential model, Dataset data) = Make();
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => model.Fit(
            data, new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [new PlateauScheduler(new ReduceOnPlateau())]));
        Assert.Contains("val_loss", error.Message, StringComparison.Ordinal);
    }

    private static (Sequential Model, Dataset Data) Make()
    {
        Tensor x = Tensor.From([.. Enumerable.Range(0, 16).Select(static i => i / 16f)], [8, 2]);
        Tensor y = Tensor.From([.. Enumerable.Range(0, 8).Select(static i => i / 8f)], [8, 1]);
        return ([new Dense(2, 1, generator: new Generator(1))], new Dataset(x, y));
    }

    private sealed class Rates : ICallback
    {
        internal List<double> Seen { get; } = [];

        public void OnBatchEnd(TrainingContext context) => Seen.Add(Math.Round(context.Optimizer.LearningRate, 12));
    }
}
