using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class FitTests
{
    [Theory]
    [InlineData(10, 3, false)]
    [InlineData(10, 3, true)]
    [InlineData(8, 8, false)]
    public void Weights_and_losses_are_those_worked_out_by_hand(int count, int batchSize, bool dropLast)
    {
        const double Rate = 0.1;
        const int Epochs = 4;
        const ulong Seed = 6;
        Dataset data = Problem.Line(count);
        Dense model = Problem.LineModel();
        History history = model.Fit(
            data, new SGD(model.Parameters(), Rate), new MeanSquaredErrorLoss(), Epochs, batchSize, seed: Seed, dropLast: dropLast);

        (double w, double b) = (0.5, 0.25);
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            (double sum, int samples) = (0, 0);
            foreach (Batch batch in data.Batches(batchSize, seed: Seed, epoch: epoch, dropLast: dropLast))
            {
                (double[] x, double[] y) = (batch.X.ToArray<double>(), batch.Y.ToArray<double>());
                double[] errors = [.. x.Select((value, i) => (w * value) + b - y[i])];
                sum += errors.Sum(static e => e * e);
                samples += x.Length;
                (double dw, double db) = (errors.Select((e, i) => 2 * e * x[i]).Average(), errors.Average(static e => 2 * e));
                (w, b) = (w - (Rate * dw), b - (Rate * db));
            }

            Assert.Equal(dropLast ? count / batchSize * batchSize : count, samples);
            Assert.Equal(sum / samples, history.Epochs[epoch - 1]["loss"], 1e-12);
        }

        Assert.Equal(w, Problem.LineOf(model).W, 1e-12);
        Assert.Equal(b, Problem.LineOf(model).B, 1e-12);
        Assert.Equal([1, 2, 3, 4], history.Epochs.Select(static e => e.Epoch));
        Assert.All(history.Epochs, static e => Assert.Equal(Rate, e.LearningRate));
        Assert.All(history.Epochs, static e => Assert.True(e.Seconds > 0 && e.SamplesPerSecond > 0));
        Assert.False(history.StoppedEarly);
        Assert.True(history["loss"][3] < history["loss"][0]);
    }

    [Fact]
    public void A_network_learns_what_no_line_can_separate()
    {
        Dataset data = Problem.Rings(200);
        Sequential model = Problem.Classifier(1);
        History history = model.Fit(data, Problem.Adam(model), epochs: 30, batchSize: 20, metrics: [new Accuracy()], seed: 1);
        Assert.True(history["loss"][^1] < history["loss"][0] / 3);
        Assert.True(model.Evaluate(data, metrics: [new Accuracy()])["accuracy"] > 0.97);
        Assert.True(model.IsTraining);
    }

    [Fact]
    public void The_history_has_every_value_under_its_name()
    {
        Sequential model = Problem.Classifier(1);
        History history = model.Fit(
            Problem.Rings(60), Problem.Adam(model), epochs: 3, batchSize: 16, metrics: [new Accuracy()], validation: Problem.Rings(20));
        Assert.All(history.Epochs, static e => Assert.Equal(["loss", "accuracy", "val_loss", "val_accuracy"], e.Values.Keys));
        Assert.Equal(3, history["val_accuracy"].Count);
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => history["val_acc"]);
        Assert.Contains("val_accuracy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_validation_split_is_held_out_and_evaluated()
    {
        Dataset data = Problem.Line(40);
        Dense model = Problem.LineModel();
        double before = 0;
        Recorder recorder = new()
        {
            AtEpoch = (context, result) => before = context.Model.Evaluate(data.Split(0.75, seed: 5).Second, new MeanSquaredErrorLoss())["loss"],
        };
        History history = model.Fit(
            data, new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 10, validationSplit: 0.25, seed: 5, callbacks: [recorder]);
        Assert.Contains("batch 3:30", recorder.Log);
        Assert.DoesNotContain("batch 4:40", recorder.Log);
        Assert.Equal(before, history["val_loss"][0], 1e-12);

        // Trained on exactly the other part.
        Dense other = Problem.LineModel();
        other.Fit(data.Split(0.75, seed: 5).First, new SGD(other.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 10, seed: 5);
        Assert.Equal(Problem.LineOf(other), Problem.LineOf(model));
    }

    [Fact]
    public void Validation_changes_nothing_in_the_training()
    {
        Sequential alone = Problem.Classifier(3);
        alone.Fit(Problem.Rings(60), Problem.Adam(alone), epochs: 3, batchSize: 16, metrics: [new Accuracy()]);
        Sequential watched = Problem.Classifier(3);
        watched.Fit(
            Problem.Rings(60), Problem.Adam(watched), epochs: 3, batchSize: 16, metrics: [new Accuracy()], validation: Problem.Rings(30));
        Assert.Equal(Problem.Values(alone), Problem.Values(watched));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_seed_others()
    {
        (Dictionary<string, float[]> weights, double[] losses) = Run(4);
        (Dictionary<string, float[]> again, double[] lossesAgain) = Run(4);
        Assert.Equal(weights, again);
        Assert.Equal(losses, lossesAgain);
        Assert.NotEqual(losses, Run(5).Losses);

        static (Dictionary<string, float[]> Weights, double[] Losses) Run(ulong seed)
        {
            Sequential model = Problem.Classifier(2);
            History history = model.Fit(Problem.Rings(100), Problem.Adam(model), epochs: 3, batchSize: 16, seed: seed);
            return (Problem.Values(model), [.. history["loss"]]);
        }
    }

    [Fact]
    public void An_emulated_GPU_trains_to_the_same_values_but_for_rounding()
    {
        (Sequential here, Sequential there) = (Problem.Classifier(2), Problem.Classifier(2, TestDevice.Gpu));
        // Not Adam: the bias before batch norm has the gradient zero, and Adam takes steps of full length from its rounding errors.
        History a = here.Fit(Problem.Rings(32), new SGD(here.Parameters(), 0.1), epochs: 2, batchSize: 8, metrics: [new Accuracy()]);
        History b = there.Fit(Problem.Rings(32, TestDevice.Gpu), new SGD(there.Parameters(), 0.1), epochs: 2, batchSize: 8, metrics: [new Accuracy()]);
        Assert.Equal(a["loss"][1], b["loss"][1], 1e-5);
        Assert.Equal(a["accuracy"], b["accuracy"]);
        Assert.All(Problem.Values(there), pair => Assert.All(
            pair.Value.Zip(here.State()[pair.Key].To(DType.Float32).ToArray<float>()), static v => Assert.Equal(v.First, v.Second, 1e-4f)));
    }

    [Fact]
    public void What_cannot_be_trained_is_refused_before_anything_changes()
    {
        Dense model = Problem.LineModel();
        SGD optimizer = new(model.Parameters(), 0.1);
        Dataset data = Problem.Line(10);
        MeanSquaredErrorLoss loss = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(data, optimizer, loss, epochs: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(data, optimizer, loss, batchSize: 0));
        Assert.Throws<ArgumentException>(() => model.Fit(data, optimizer, loss, validationSplit: 1));
        Refused("optimizer", ["SGD", "none of the network's 2 parameters", "model.Parameters()"], () => model.Fit(data, new SGD(Problem.LineModel().Parameters(), 0.1), loss));
        Assert.Throws<ArgumentException>(() => model.Fit(data, optimizer, loss, validationSplit: -0.1));
        Assert.Throws<ArgumentException>(() => model.Fit(data, optimizer, loss, validationSplit: double.NaN));
        Assert.Throws<ArgumentException>(() => model.Fit(data, optimizer, loss, validation: data, validationSplit: 0.5));
        Refused("data", ["0 samples", "Give more"], () => model.Fit(data.Take(0), optimizer, loss));
        Refused("data", ["10 samples", "batch of 11", "dropLast: false"], () => model.Fit(data, optimizer, loss, batchSize: 11, dropLast: true));
        Refused("data", ["0 samples of 10", "hold out fewer"], () => model.Fit(data, optimizer, loss, validationSplit: 0.99));
        Refused("validationSplit", ["0.01", "10 samples", "larger share"], () => model.Fit(data, optimizer, loss, validationSplit: 0.01));
        Refused("validation", ["0 samples", "null"], () => model.Fit(data, optimizer, loss, validation: data.Take(0)));
        Refused("data", ["Evaluate", "0 samples"], () => model.Evaluate(data.Take(0), loss));
        Refused("metrics", ["Fit", "loss, accuracy, accuracy", "Name"], () => model.Fit(data, optimizer, loss, metrics: [new Accuracy(), new Accuracy()]));
        Refused("metrics", ["Evaluate", "Name"], () => model.Evaluate(data, loss, metrics: [new Accuracy(), new Accuracy()]));
        string missing = Assert.Throws<KeyNotFoundException>(() => new EpochResult(1, new Dictionary<string, double> { ["loss"] = 1 }, 0.1, 1, 1)["val_loss"]).Message;
        Assert.All((string[])["'val_loss'", "among loss", "validation data"], part => Assert.Contains(part, missing, StringComparison.Ordinal));
        Assert.Throws<ArgumentNullException>(() => model.Fit(null!, optimizer, loss));
        Assert.Throws<ArgumentNullException>(() => model.Fit(data, null!, loss));
        Assert.Equal((0.5, 0.25), Problem.LineOf(model));

        static void Refused(string argument, string[] says, Action call)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(call);
            Assert.Equal(argument, error.ParamName);
            Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        }
    }
}
