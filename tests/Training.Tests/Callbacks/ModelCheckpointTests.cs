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
    public void A_training_goes_on_from_its_files_to_the_bit()
    {
        using TemporaryFolder folder = new();
        Dataset data = Problem.Rings(40);
        Sequential whole = Model();
        Optimizer ofWhole = Problem.Adam(whole);
        ModelCheckpoint checkpoint = new(folder["model-{epoch}.safetensors"], optimizerPath: folder["optimizer-{epoch}.safetensors"]);
        whole.Fit(data, ofWhole, epochs: 2, batchSize: 8, seed: 1, callbacks: [checkpoint]);
        Assert.Equal(
            ["model-1.safetensors", "model-2.safetensors", "optimizer-1.safetensors", "optimizer-2.safetensors"], folder.Files);
        Assert.Equal((2, double.NaN), (checkpoint.SavedEpoch, checkpoint.SavedValue));

        Sequential resumed = Model();
        Optimizer ofResumed = Problem.Adam(resumed);
        resumed.LoadState(SafeTensors.Load(folder["model-2.safetensors"]));
        ofResumed.LoadState(SafeTensors.Load(folder["optimizer-2.safetensors"]));
        Assert.Equal(Problem.Values(whole), Problem.Values(resumed));
        whole.Fit(data, ofWhole, batchSize: 8, seed: 2);
        resumed.Fit(data, ofResumed, batchSize: 8, seed: 2);
        Assert.Equal(Problem.Values(whole), Problem.Values(resumed));

        static Sequential Model() =>
        [
            new Dense(2, 8, generator: new Generator(1), device: Device.Cpu), new BatchNorm(8, device: Device.Cpu), new ReLU(),
            new Dense(8, 2, generator: new Generator(2), device: Device.Cpu),
        ];
    }

    [Fact]
    public void What_cannot_be_saved_is_said_before_the_first_step()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        (double W, double B) before = Problem.LineOf(model);
        foreach (ModelCheckpoint checkpoint in (ModelCheckpoint[])
            [new(folder["none/model.safetensors"]), new(folder["model.safetensors"], optimizerPath: folder["none/optimizer.safetensors"])])
        {
            DirectoryNotFoundException error = Assert.Throws<DirectoryNotFoundException>(() =>
                model.Fit(Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [checkpoint]));
            Assert.Contains(folder["none"], error.Message, StringComparison.Ordinal);
            Assert.Equal(before, Problem.LineOf(model));
            Assert.Empty(folder.Files);
        }

        Assert.Throws<ArgumentException>(() => new ModelCheckpoint(""));
        Assert.Throws<ArgumentNullException>(() => new ModelCheckpoint(null!));
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", ""));
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", optimizerPath: ""));
        Assert.Equal("optimizerPath", Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", optimizerPath: "./a")).ParamName);
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
}
