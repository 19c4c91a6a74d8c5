using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Stopping, adding gradients up, functions of the batch, averages, and what is refused at the start.</summary>
public class FitOptionTests
{
    [Theory]
    [InlineData(1, 12, 4)]
    [InlineData(2, 12, 2)]
    [InlineData(4, 11, 3)]
    public void Batches_that_are_added_up_make_the_step_of_one_large_batch(int batchSize, int count, int accumulate)
    {
        Dense large = Problem.LineModel();
        History ofLarge = large.Fit(
            Problem.Line(count), new SGD(large.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 3, batchSize: batchSize * accumulate, seed: 2);
        Dense small = Problem.LineModel();
        SGD optimizer = new(small.Parameters(), 0.1);
        Recorder recorder = new();
        History ofSmall = small.Fit(
            Problem.Line(count), optimizer, new MeanSquaredErrorLoss(), epochs: 3, batchSize: batchSize, accumulate: accumulate, seed: 2, callbacks: [recorder]);
        Assert.Equal(Problem.LineOf(large).W, Problem.LineOf(small).W, 1e-14);
        Assert.Equal(Problem.LineOf(large).B, Problem.LineOf(small).B, 1e-14);
        Assert.Equal(ofLarge["loss"], ofSmall["loss"], static (a, b) => Math.Abs(a - b) < 1e-14);
        Assert.Equal(3 * Math.Ceiling(count / (double)(batchSize * accumulate)), optimizer.StepCount);
        Assert.Equal(3 * Math.Ceiling(count / (double)batchSize), recorder.Log.Count(static line => line.StartsWith("batch", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_sum_is_added_up_as_it_is()
    {
        Dense large = Problem.LineModel();
        large.Fit(Problem.Line(8), new SGD(large.Parameters(), 0.01), new MeanSquaredErrorLoss(LossReduction.Sum), batchSize: 8);
        Dense small = Problem.LineModel();
        small.Fit(Problem.Line(8), new SGD(small.Parameters(), 0.01), new MeanSquaredErrorLoss(LossReduction.Sum), batchSize: 2, accumulate: 4);
        Assert.Equal(Problem.LineOf(large).W, Problem.LineOf(small).W, 1e-14);
    }

    [Fact]
    public void A_function_of_the_batch_trains_as_its_loss_does_and_is_validated()
    {
        Dataset data = Problem.Rings(40);
        Sequential byLoss = Problem.Classifier(1);
        History ofLoss = byLoss.Fit(data, Problem.Adam(byLoss), epochs: 2, batchSize: 8, metrics: [new Accuracy()], validationSplit: 0.25);
        Sequential byFunction = Problem.Classifier(1);
        CrossEntropyLoss loss = new();
        History ofFunction = byFunction.Fit(
            data, Problem.Adam(byFunction), batch =>
            {
                Tensor prediction = byFunction.Forward(batch.X);
                return (loss.Compute(prediction, batch.Y), prediction);
            },
            epochs: 2, batchSize: 8, metrics: [new Accuracy()], validationSplit: 0.25);
        Assert.Equal(Problem.Values(byLoss), Problem.Values(byFunction));
        Assert.Equal(ofLoss.Epochs.SelectMany(static e => e.Values.Keys), ofFunction.Epochs.SelectMany(static e => e.Values.Keys));
        Assert.Equal(ofLoss["val_loss"], ofFunction["val_loss"], static (a, b) => Math.Abs(a - b) < 1e-6);

        // Without metrics it need give no prediction; with them it must.
        byFunction.Fit(data, Problem.Adam(byFunction), batch => (loss.Compute(byFunction.Forward(batch.X), batch.Y), null));
        string message = Assert.Throws<InvalidOperationException>(() => byFunction.Fit(
            data, Problem.Adam(byFunction), batch => (loss.Compute(byFunction.Forward(batch.X), batch.Y), null), metrics: [new Accuracy()])).Message;
        Assert.Contains("prediction", message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => byFunction.Fit(data, Problem.Adam(byFunction), static _ => (null!, null)));
    }

    [Fact]
    public void A_module_of_two_inputs_is_trained_by_a_function()
    {
        Sum model = new();
        Dataset data = Problem.Line(16);
        History history = model.Fit(
            data, new SGD(model.Parameters(), 0.2), batch => ((model.Forward(batch.X, batch.X) - batch.Y).Square().Mean(), null), epochs: 40, batchSize: 8);
        Assert.True(history["loss"][^1] < 0.02, $"{history["loss"][^1]}");
    }

    [Fact]
    public void Cancelled_it_ends_after_the_step_with_what_is_done()
    {
        Dataset data = Problem.Line(20);
        Dense model = Problem.LineModel();
        SGD optimizer = new(model.Parameters(), 0.05);
        Recorder recorder = new();
        using CancellationTokenSource source = new();
        History history = model.Fit(
            data, optimizer, new MeanSquaredErrorLoss(), epochs: 5, batchSize: 4, accumulate: 2, validation: Problem.Line(4), seed: 3,
            callbacks: [ResumeTests.Stop(5, source), recorder], cancellationToken: source.Token);
        Assert.Single(history.Epochs);
        Assert.True(history.StoppedEarly);
        Assert.Equal("It was cancelled.", history.StopReason);

        // Three steps an epoch, of two batches each but the last; the fifth is complete, and its epoch is not.
        Assert.Equal(5, optimizer.StepCount);
        Assert.Equal(["batch 4:16", "done"], recorder.Log.TakeLast(2));
        Assert.Single(recorder.Log, static line => line == "validation");

        // Before the first step.
        History none = model.Fit(data, optimizer, new MeanSquaredErrorLoss(), cancellationToken: source.Token);
        Assert.Empty(none.Epochs);
        Assert.Equal(5, optimizer.StepCount);
        Assert.Contains("cancelled", none.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_average_is_validated_and_stays_in_the_network()
    {
        Dataset data = Problem.Line(12);
        Dense model = Problem.LineModel();
        (double W, double B) mean = (0.5, 0.25);
        List<double> validated = [];
        LambdaCallback follow = new()
        {
            BatchEnd = context =>
            {
                (double w, double b) = Problem.LineOf((Dense)context.Model);
                mean = ((0.8 * mean.W) + (0.2 * w), (0.8 * mean.B) + (0.2 * b));
            },
            ValidationEnd = (_, values) => validated.Add(values["loss"]),
            EpochEnd = (context, _) => Assert.NotEqual(mean.W, Problem.LineOf((Dense)context.Model).W, 1e-9),
        };
        model.Fit(
            data, new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4, validation: data,
            callbacks: [follow, new WeightAveraging(new ExponentialWeightAverage(model.Parameters(), 0.8))]);
        Assert.Equal(mean.W, Problem.LineOf(model).W, 1e-12);
        Assert.Equal(mean.B, Problem.LineOf(model).B, 1e-12);
        Assert.Equal(model.Evaluate(data, new MeanSquaredErrorLoss())["loss"], validated[^1], 1e-12);

        // The plain mean of the weights after the second and third epoch.
        Dense swa = Problem.LineModel();
        List<double> weights = [];
        swa.Fit(
            data, new SGD(swa.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4,
            callbacks:
            [
                new WeightAveraging(new StochasticWeightAverage(swa.Parameters()), ScheduleUnit.Epoch, firstEpoch: 2),
                new LambdaCallback { EpochEnd = (context, _) => weights.Add(Problem.LineOf((Dense)context.Model).W) },
            ]);
        Assert.Equal(weights.Skip(1).Average(), Problem.LineOf(swa).W, 1e-12);
    }

    [Fact]
    public void An_evaluation_that_fails_leaves_the_weights_and_not_their_average()
    {
        Dataset data = Problem.Line(8);
        Dense model = Problem.LineModel();
        (double W, double B) before = default;
        LambdaCallback failing = new()
        {
            BatchEnd = _ => before = Problem.LineOf(model),
            ValidationBegin = _ => throw (before == Problem.LineOf(model) ? new InvalidOperationException() : new TimeoutException()),
        };
        Recorder recorder = new();
        Assert.Throws<TimeoutException>(() => model.Fit(
            data, new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), validation: data,
            callbacks: [new WeightAveraging(new ExponentialWeightAverage(model.Parameters())), failing, recorder]));
        Assert.Equal(before, Problem.LineOf(model));
        Assert.Equal(["batch 1:8", "done"], recorder.Log.TakeLast(2));
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_training_where_it_became_so()
    {
        using TemporaryFolder folder = new();
        Tensor x = Tensor.From([1.0, 2, 3, 4, 5, double.NaN], [6, 1], Device.Cpu);
        Dataset data = new(x, Tensor.From([1.0, 2, 3, 4, 5, 6], [6, 1], Device.Cpu));
        int batch = data.Batches(2, seed: 1, epoch: 1).Select(static b => b.X.ToArray<double>()).ToList().FindIndex(static b => b.Any(double.IsNaN)) + 1;
        Dense model = Problem.LineModel();
        History history = model.Fit(
            data, new SGD(model.Parameters(), 0.01), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 2, seed: 1,
            callbacks: [new ModelCheckpoint(folder["a"], everyEpochs: 0, everySteps: 1), new TerminateOnNaN()]);
        Assert.Equal($"The loss became NaN in epoch 1, batch {batch} of 3, step {batch}.", history.StopReason);
        Assert.Equal(batch > 1 ? 1 : 0, folder.Files.Length);

        Dense other = Problem.LineModel();
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => other.Fit(
            data, new SGD(other.Parameters(), 0.01), new LogLoss(), epochs: 3, batchSize: 2, seed: 1, callbacks: [new TerminateOnNaN(findOperator: true)]));
        Assert.All((string[])["epoch 1", $"batch {batch} of 3", $"step {batch}", "AnomalyMode"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));

        // The mode of searching has ended with it.
        using Tensor after = (new Parameter(Tensor.From([-1.0], device: Device.Cpu)) * 1).Log();
        Assert.True(double.IsNaN(after.Item()));
    }

    [Fact]
    public void What_can_be_known_at_the_start_is_said_at_the_start()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        Dataset line = Problem.Line(9);
        MeanSquaredErrorLoss loss = new();

        // A regression under the default loss, or under that by name, would train nothing.
        foreach (CrossEntropyLoss? entropy in (CrossEntropyLoss?[])[null, new CrossEntropyLoss()])
        {
            Refused<ArgumentException>(["MeanSquaredErrorLoss", "BinaryCrossEntropyWithLogitsLoss", "[9, 1]"], () => model.Fit(line, new SGD(model.Parameters()), entropy));
        }

        Refused<ArgumentException>(["Evaluate", "MeanSquaredErrorLoss"], () => model.Evaluate(line));
        Refused<ArgumentException>(["LearningRateFinder", "MeanSquaredErrorLoss"], () => LearningRateFinder.Run(model, line, static p => new SGD(p)));
        Sequential normed = Problem.Classifier(1);
        Dictionary<string, float[]> before = Problem.Values(normed);
        Optimizer adam = Problem.Adam(normed);
        Refused<ArgumentException>(["dropLast: true", "one sample", "17"], () => normed.Fit(Problem.Rings(17), adam, batchSize: 8));
        Refused<ArgumentException>(["larger batchSize"], () => normed.Fit(Problem.Rings(4), adam, batchSize: 1));
        Assert.Equal(before, Problem.Values(normed));
        Assert.Equal(2, normed.Fit(Problem.Rings(17), adam, batchSize: 8, dropLast: true, epochs: 2).Epochs.Count);

        // Where a sample has several places, a single one is enough.
        Sequential images = [new Reshape(2, 1, 1), new Pad(), new BatchNorm(2, device: Device.Cpu), new Pooled()];
        images.Fit(Problem.Rings(5), new SGD(images.Parameters(), 0.1), batchSize: 4);

        Refused<ArgumentException>(["LBFGS", "larger batchSize"], () => model.Fit(line, new LBFGS(model.Parameters()), loss, accumulate: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(line, new SGD(model.Parameters()), loss, accumulate: 0));
        foreach (ICallback callback in (ICallback[])[
            new EarlyStopping("val_los"), new ModelCheckpoint(folder["a"], "acc"), new PlateauScheduler(new ReduceOnPlateau(), "lost")])
        {
            Refused<KeyNotFoundException>(["among loss, val_loss"], () => model.Fit(line, new SGD(model.Parameters(), 0.1), loss, validation: line, callbacks: [callback]));
        }

        Refused<KeyNotFoundException>(["EarlyStopping", "val_loss", "validation data"], () => model.Fit(line, new SGD(model.Parameters(), 0.1), loss, callbacks: [new EarlyStopping()]));
        foreach (ICallback callback in (ICallback[])[
            new ModelCheckpoint(folder["none/a"]), new CsvLogger(folder["none/a"]), new JsonLinesLogger(folder["none/a"])])
        {
            Refused<DirectoryNotFoundException>([folder["none"]], () => model.Fit(line, new SGD(model.Parameters(), 0.1), loss, callbacks: [callback]));
        }

        Directory.CreateDirectory(folder["is a folder"]);
        Refused<IOException>(["it is a folder"], () => model.Fit(line, new SGD(model.Parameters(), 0.1), loss, callbacks: [new ModelCheckpoint(folder["is a folder"])]));
        Assert.Equal((0.5, 0.25), Problem.LineOf(model));
        Assert.Empty(folder.Files);

        static void Refused<T>(string[] says, Action call)
            where T : Exception
        {
            T error = Assert.Throws<T>(call);
            Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Many_steps_with_callbacks_grow_nothing()
    {
        using TemporaryFolder folder = new();
        Sequential model = Problem.Classifier(1);
        List<long> live = [];
        model.Fit(
            Problem.Rings(80), Problem.Adam(model), epochs: 40, batchSize: 8, metrics: [new Accuracy()], validation: Problem.Rings(8), accumulate: 2,
            callbacks:
            [
                new ModelCheckpoint(folder["{step}.s"], everySteps: 3, keepLast: 2), new CsvLogger(folder["log.csv"]), new TerminateOnNaN(),
                new WeightAveraging(new ExponentialWeightAverage(model.Parameters())), new EarlyStopping("loss", 100),
                new LambdaCallback { EpochEnd = (_, _) => live.Add(Live()) },
            ]);
        Assert.InRange(live[^1], 0, live[2]);
        Assert.Equal(3, folder.Files.Length);

        static long Live()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Device.Cpu.Statistics.LiveBytes;
        }
    }

    private sealed class LogLoss : Loss
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => (prediction.Square() + 1).Log().Mean();
    }

    private sealed class Pooled : Module
    {
        public override Tensor Forward(Tensor input) => input.Mean([2, 3]);
    }

    private sealed class Pad : Module
    {
        public override Tensor Forward(Tensor input) => input.Tile(1, 1, 2, 2);
    }

    private sealed class Sum : Module
    {
        private readonly Dense _first;
        private readonly Dense _second;

        internal Sum()
        {
            _first = Add("first", Problem.LineModel());
            _second = Add("second", Problem.LineModel());
        }

        internal Tensor Forward(Tensor a, Tensor b) => _first.Forward(a) + _second.Forward(b);
    }
}
