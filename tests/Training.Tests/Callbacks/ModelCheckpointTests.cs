using System.Globalization;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class ModelCheckpointTests
{
    [Theory]
    [InlineData(new[] { 5.0, 4, 4.5, 3, 3 }, true, new[] { 1, 2, 2, 4, 4 })]
    [InlineData(new[] { 0.5, 0.6, 0.6, 0.7, 0.2 }, false, new[] { 1, 2, 2, 4, 4 })]
    [InlineData(new[] { double.NaN, 3, double.NaN, 4, 2 }, true, new[] { 0, 2, 2, 2, 5 })]
    [InlineData(new[] { double.PositiveInfinity, 3 }, true, new[] { 1, 2 })]
    public void The_file_is_of_the_best_epoch_so_far(double[] values, bool smallerIsBetter, int[] saved)
    {
        using TemporaryFolder folder = new();
        string path = folder["best.safetensors"];
        Dense model = Problem.LineModel();
        TrainingContext context = new(model, new SGD(model.Parameters(), 0.1), new RunningMean(), [], new History(), values.Length, 1);
        ModelCheckpoint checkpoint = new(path, "val_loss", smallerIsBetter);
        checkpoint.OnTrainBegin(context);
        for (int epoch = 1; epoch <= values.Length; epoch++)
        {
            // The weight tells the epochs apart.
            model.Weight.Fill(epoch);
            checkpoint.OnEpochEnd(context, new EpochResult(epoch, new Dictionary<string, double> { ["val_loss"] = values[epoch - 1] }, 0.1, 1, 1));
            int best = saved[epoch - 1];
            Assert.Equal(best, checkpoint.SavedEpoch);
            if (best == 0)
            {
                Assert.Empty(folder.Files);
                continue;
            }

            using SafeTensorsFile file = SafeTensors.Open(path);
            using Tensor weight = file.Load("weight");
            Assert.Equal(best, weight.Item());
            Assert.Equal(values[best - 1], checkpoint.SavedValue);
            Assert.Equal(best.ToString(CultureInfo.InvariantCulture), file.Metadata["epoch"]);
            Assert.Equal(values[best - 1], double.Parse(file.Metadata["val_loss"], CultureInfo.InvariantCulture));
        }

        checkpoint.OnTrainBegin(context);
        Assert.Equal((0, double.NaN), (checkpoint.SavedEpoch, checkpoint.SavedValue));
    }

    [Fact]
    public void A_training_goes_on_from_its_file_to_the_bit()
    {
        using TemporaryFolder folder = new();
        Dataset data = Problem.Rings(40);
        Sequential whole = Model();
        Optimizer ofWhole = Problem.Adam(whole);
        ModelCheckpoint checkpoint = new(folder["training-{epoch}.safetensors"], includeOptimizer: true);
        whole.Fit(data, ofWhole, epochs: 2, batchSize: 8, seed: 1, callbacks: [checkpoint]);
        Assert.Equal(["training-1.safetensors", "training-2.safetensors"], folder.Files);
        Assert.Equal((2, double.NaN), (checkpoint.SavedEpoch, checkpoint.SavedValue));

        Sequential resumed = Model();
        Optimizer ofResumed = Problem.Adam(resumed);
        Assert.Equal(2, ModelCheckpoint.Load(folder["training-2.safetensors"], resumed, ofResumed));
        Assert.Equal(Problem.Values(whole), Problem.Values(resumed));
        whole.Fit(data, ofWhole, batchSize: 8, seed: 2);
        resumed.Fit(data, ofResumed, batchSize: 8, seed: 2);
        Assert.Equal(Problem.Values(whole), Problem.Values(resumed));

        // The network alone, which is all that a file without an optimizer has.
        Sequential alone = Model();
        Assert.Equal(1, ModelCheckpoint.Load(folder["training-1.safetensors"], alone));
        alone.Fit(data, Problem.Adam(alone), batchSize: 8, callbacks: [new ModelCheckpoint(folder["network.safetensors"])]);
        Sequential again = Model();
        Assert.Equal(1, ModelCheckpoint.Load(folder["network.safetensors"], again));
        Assert.Equal(Problem.Values(alone), Problem.Values(again));
    }

    [Fact]
    public void Network_and_optimizer_are_of_one_epoch_at_every_moment()
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        Dense model = Problem.LineModel();
        Adam optimizer = new(model.Parameters(), 0.1);
        TrainingContext context = new(model, optimizer, new RunningMean(), [], new History(), 3, 1);
        ModelCheckpoint checkpoint = new(path, includeOptimizer: true);
        checkpoint.OnTrainBegin(context);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            model.Weight.Fill(epoch);
            optimizer.State()["state.0.mean"].Fill(epoch);
            checkpoint.OnEpochEnd(context, new EpochResult(epoch, new Dictionary<string, double>(), 0.1, 1, 1));
            Assert.Equal(["training.safetensors"], folder.Files);
            Dense read = Problem.LineModel();
            Adam ofRead = new(read.Parameters(), 0.1);
            Assert.Equal(epoch, ModelCheckpoint.Load(path, read, ofRead));
            Assert.Equal(epoch, read.Weight.Item());
            Assert.Equal(epoch, ofRead.State()["state.0.mean"].Item());
        }
    }

    [Fact]
    public void A_file_that_does_not_fit_changes_neither()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        Dataset data = Problem.Line(8);
        model.Fit(
            data, new Adam(model.Parameters(), 0.1), new MeanSquaredErrorLoss(),
            callbacks: [new ModelCheckpoint(folder["both"], includeOptimizer: true), new ModelCheckpoint(folder["network"])]);
        SafeTensors.Save(folder["other"], model.State());

        Dense fresh = Problem.LineModel();
        (double W, double B) before = Problem.LineOf(fresh);
        SGD other = new(fresh.Parameters(), 0.1, momentum: 0.9);
        Assert.Contains("SGD", Assert.Throws<ArgumentException>(() => ModelCheckpoint.Load(folder["both"], fresh, other)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "includeOptimizer", Assert.Throws<InvalidDataException>(() => ModelCheckpoint.Load(folder["network"], fresh, other)).Message,
            StringComparison.Ordinal);
        Assert.Contains("epoch", Assert.Throws<InvalidDataException>(() => ModelCheckpoint.Load(folder["other"], fresh)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelCheckpoint.Load(folder["both"], new Dense(2, 2, device: Device.Cpu)));
        Assert.Throws<FileNotFoundException>(() => ModelCheckpoint.Load(folder["none"], fresh));
        Assert.Equal(before, Problem.LineOf(fresh));
        Assert.Equal(0, other.State()["state.0.momentum"].Item());
    }

    [Fact]
    public void What_cannot_be_saved_is_said_before_the_first_step()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        (double W, double B) before = Problem.LineOf(model);
        DirectoryNotFoundException error = Assert.Throws<DirectoryNotFoundException>(() => model.Fit(
            Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(),
            callbacks: [new ModelCheckpoint(folder["none/model.safetensors"])]));
        Assert.Contains(folder["none"], error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Problem.LineOf(model));
        Assert.Empty(folder.Files);

        Assert.Throws<ArgumentException>(() => new ModelCheckpoint(""));
        Assert.Throws<ArgumentNullException>(() => new ModelCheckpoint(null!));
        Assert.Equal("monitor", Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", "")).ParamName);
    }

    [Fact]
    public void A_value_that_nobody_measures_is_an_error()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => model.Fit(
            Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(),
            callbacks: [new ModelCheckpoint(folder["model.safetensors"], "val_loss")]));
        Assert.Contains("val_loss", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    private static Sequential Model() =>
    [
        new Dense(2, 8, generator: new Generator(1), device: Device.Cpu), new BatchNorm(8, device: Device.Cpu), new ReLU(),
        new Dense(8, 2, generator: new Generator(2), device: Device.Cpu),
    ];
}
