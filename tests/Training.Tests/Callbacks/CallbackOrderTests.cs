using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class CallbackOrderTests
{
    [Fact]
    public void Callbacks_are_told_everything_in_order_one_after_the_other()
    {
        List<string> log = [];
        Dense model = Problem.LineModel();
        model.Fit(
            Problem.Line(5), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 2, batchSize: 3, validation: Problem.Line(2),
            callbacks: [new Recorder("a ", log), new Recorder("b ", log)]);
        string[] one = [
            "begin 2x2",
            "epoch 1", "to batch 0", "batch 1:3", "to batch 1", "batch 2:5", "validation", "validated loss", "end 1 loss,val_loss",
            "epoch 2", "to batch 0", "batch 1:3", "to batch 1", "batch 2:5", "validation", "validated loss", "end 2 loss,val_loss",
            "done"];
        Assert.Equal(one.SelectMany(static line => new[] { "a " + line, "b " + line }), log);
    }

    [Fact]
    public void A_callback_sees_the_running_loss_and_ends_training_after_its_step()
    {
        List<double> losses = [];
        Recorder recorder = new()
        {
            AtBatch = context =>
            {
                losses.Add(context.Loss);
                if (context.Epoch == 2)
                {
                    context.Stop();
                }
            },
        };
        Dense model = Problem.LineModel();
        History history = model.Fit(
            Problem.Line(6), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 9, batchSize: 3, callbacks: [recorder]);
        Assert.Single(history.Epochs);
        Assert.True(history.StoppedEarly);
        Assert.Equal(3, losses.Count);
        Assert.Equal(history["loss"][0], losses[1], 1e-15);
        Assert.Equal("done", recorder.Log[^1]);
    }

    [Fact]
    public void An_epoch_begins_with_nothing_done_and_ends_with_the_metrics_of_its_training()
    {
        Watcher watcher = new();
        Sequential model = Problem.Classifier(1);
        History history = model.Fit(
            Problem.Rings(40), Problem.Adam(model), epochs: 3, batchSize: 10, metrics: [new Accuracy()], validation: Problem.Rings(4),
            callbacks: [watcher]);
        Assert.Equal([(0, 0L), (0, 0L), (0, 0L)], watcher.Begins);
        Assert.All(watcher.LossesAtBegin, static loss => Assert.Equal(double.NaN, loss));
        Assert.Equal(history["accuracy"], watcher.Accuracies);
        Assert.Equal(history["loss"], watcher.Losses);
    }

    [Fact]
    public void Metrics_need_names_of_their_own()
    {
        Sequential model = Problem.Classifier(1);
        Optimizer optimizer = Problem.Adam(model);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => model.Fit(Problem.Rings(4), optimizer, metrics: [new Accuracy(), new Accuracy()]));
        Assert.Contains("loss, accuracy, accuracy", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Evaluate(Problem.Rings(4), metrics: [new Accuracy(), new Accuracy()]));
    }

    [Fact]
    public void Stopping_in_the_last_epoch_is_no_early_stop()
    {
        Dense model = Problem.LineModel();
        Recorder recorder = new() { AtEpoch = static (context, _) => context.Stop() };
        History history = model.Fit(Problem.Line(6), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 1, callbacks: [recorder]);
        Assert.False(history.StoppedEarly);
    }

    [Fact]
    public void An_exception_in_mid_step_comes_out_and_leaves_scopes_and_memory_in_order()
    {
        Sequential model = Problem.Classifier(1);
        Optimizer optimizer = Problem.Adam(model);
        var data = Problem.Rings(40);
        model.Fit(data, optimizer, batchSize: 10);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long live = Device.Cpu.Statistics.LiveBytes;
        Recorder recorder = new() { AtBatch = static context => throw new ArithmeticException($"at {context.Batch}") };
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => model.Fit(data, optimizer, batchSize: 10, callbacks: [recorder]));
        Assert.Equal("at 1", error.Message);
        Assert.Equal("done", recorder.Log[^1]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(Device.Cpu.Statistics.LiveBytes, 0, live);
        using Tensor outside = Tensor.Zeros(1, device: Device.Cpu);
        Assert.False(outside.BelongsToScope);
        using Tensor product = outside * model.Parameters().First().Sum();
        product.Backward();
        optimizer.ZeroGradients();
        Assert.Single(model.Fit(data, optimizer, batchSize: 10).Epochs);
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("batch")]
    [InlineData("done")]
    public void An_exception_of_one_callback_comes_out_and_all_that_were_begun_are_told_the_end(string where)
    {
        List<string> log = [];
        Failing failing = new(where);
        Dense model = Problem.LineModel();
        Exception error = Assert.ThrowsAny<Exception>(() => model.Fit(
            Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 4,
            callbacks: [new Recorder("a ", log), failing, new Recorder("b ", log)]));
        Assert.Equal(where, error.Message);
        Assert.Contains("a done", log);
        Assert.Equal(where != "begin", log.Contains("b begin 1x1"));
        Assert.Equal(where != "begin", log.Contains("b done"));

        // What failed in its beginning has not begun.
        Assert.Equal(where != "begin", failing.Ended);
    }

    [Fact]
    public void The_first_exception_is_the_one_that_comes_out()
    {
        Dense model = Problem.LineModel();
        Exception error = Assert.ThrowsAny<Exception>(() => model.Fit(
            Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 4,
            callbacks: [new Failing("done"), new Failing("batch")]));
        Assert.Equal("batch", error.Message);
    }

    [Fact]
    public void Lines_of_progress_name_every_value()
    {
        StringWriter writer = new();
        Dense model = Problem.LineModel();
        History history = model.Fit(
            Problem.Line(6), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 2, validation: Problem.Line(3),
            callbacks: [new ProgressLines(writer)]);
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"epoch 2/2  loss {history["loss"][1]:F4}  val_loss {history["val_loss"][1]:F4}  "),
            lines[1],
            StringComparison.Ordinal);
    }

    private sealed class Failing(string where) : ICallback
    {
        internal bool Ended { get; private set; }

        public void OnTrainBegin(TrainingContext context) => At("begin");

        public void OnBatchEnd(TrainingContext context) => At("batch");

        public void OnTrainEnd(TrainingContext context)
        {
            Ended = true;
            At("done");
        }

        private void At(string now)
        {
            if (now == where)
            {
                throw new TimeoutException(where);
            }
        }
    }

    private sealed class Watcher : ICallback
    {
        internal List<(int Batch, long Samples)> Begins { get; } = [];

        internal List<double> LossesAtBegin { get; } = [];

        internal List<double> Accuracies { get; } = [];

        internal List<double> Losses { get; } = [];

        public void OnEpochBegin(TrainingContext context)
        {
            Begins.Add((context.Batch, context.Samples));
            LossesAtBegin.Add(context.Loss);
        }

        public void OnEpochEnd(TrainingContext context, EpochResult result)
        {
            Accuracies.Add(context.Metrics["accuracy"]);
            Losses.Add(context.Loss);
        }
    }
}
