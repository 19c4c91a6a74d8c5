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
        ModelCheckpoint checkpoint = new(path, "val_loss", smallerIsBetter, weightsOnly: true);
        checkpoint.OnTrainBegin(context);
        for (int epoch = 1; epoch <= values.Length; epoch++)
        {
            // The weight tells the epochs apart.
            model.Weight.Fill(epoch);
            context.BeginEpoch(epoch);
            checkpoint.OnEpochEnd(context, new EpochResult(epoch, new Dictionary<string, double> { ["val_loss"] = values[epoch - 1] }, 0.1, 1, 1));
            context.SaveNow();
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

        // A further training has to be better than the file; where that is gone, there is nothing to be better than.
        (int Epoch, double Value) last = (checkpoint.SavedEpoch, checkpoint.SavedValue);
        checkpoint.OnTrainBegin(context);
        Assert.Equal(last, (checkpoint.SavedEpoch, checkpoint.SavedValue));
        File.Delete(path);
        checkpoint.OnTrainBegin(context);
        Assert.Equal((0, double.NaN), (checkpoint.SavedEpoch, checkpoint.SavedValue));
    }

    [Fact]
    public void A_second_training_does_not_overwrite_a_better_file()
    {
        using TemporaryFolder folder = new();
        string path = folder["best.safetensors"];
        Dense model = Problem.LineModel();
        ModelCheckpoint checkpoint = new(path, "loss");
        model.Fit(Problem.Line(8), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 9, callbacks: [checkpoint]);
        double best = checkpoint.SavedValue;
        byte[] saved = File.ReadAllBytes(path);

        // From where the file does not come near.
        model.Weight.Fill(50);
        model.Fit(Problem.Line(8), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [checkpoint]);
        Assert.Equal((9, best), (checkpoint.SavedEpoch, checkpoint.SavedValue));
        Assert.Equal(saved, File.ReadAllBytes(path));
    }

    [Fact]
    public void The_best_value_is_remembered_by_a_training_that_goes_on_elsewhere()
    {
        using TemporaryFolder folder = new();
        string best = folder["best.safetensors"];
        string last = folder["last.safetensors"];
        Dataset data = Problem.Line(8);
        Dense model = Problem.LineModel();
        ModelCheckpoint first = new(best, "loss");
        model.Fit(data, new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 3, callbacks: [first, new ModelCheckpoint(last)]);

        // From where no epoch after comes near.
        Dense other = Problem.LineModel();
        ModelCheckpoint second = new(best, "loss");
        LambdaCallback worse = new() { EpochBegin = static context => context.Model.Parameters().First().Fill(50) };
        History history = other.Fit(
            data, new SGD(other.Parameters(), 0.1), new MeanSquaredErrorLoss(), epochs: 5, callbacks: [second, new ModelCheckpoint(last), worse], resumeFrom: last);
        Assert.Equal(5, history.Epochs.Count);
        Assert.Equal((3, first.SavedValue), (second.SavedEpoch, second.SavedValue));
        Assert.Equal(history["loss"].Min(), second.SavedValue);
    }

    [Fact]
    public void Steps_minutes_and_epochs_make_files_of_which_the_last_stay()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(["1.s", "2.s", "3.s", "4.s"], Saved(new ModelCheckpoint(folder["{epoch}.s"])));
        Assert.Equal(["2.s", "4.s"], Saved(new ModelCheckpoint(folder["{epoch}.s"], everyEpochs: 2)));
        Assert.Equal(["3.s", "4.s"], Saved(new ModelCheckpoint(folder["{epoch}.s"], keepLast: 2)));
        Assert.Equal(["1-3.s", "2-6.s", "3-9.s", "4-12.s"], Saved(new ModelCheckpoint(folder["{epoch}-{step}.s"], everyEpochs: 0, everySteps: 3)));
        Assert.Equal(["10.s", "12.s"], Saved(new ModelCheckpoint(folder["{step}.s"], everyEpochs: 0, everySteps: 5, keepLast: 2)));
        Assert.Equal(["10.s", "11.s", "12.s"], Saved(new ModelCheckpoint(folder["{step}.s"], everyEpochs: 0, everyMinutes: 1e-9, keepLast: 3)));
        Assert.Equal(["12.s"], Saved(new ModelCheckpoint(folder["{step}.s"], everyEpochs: 0, everyMinutes: 1e9)));

        string[] Saved(ModelCheckpoint checkpoint)
        {
            Dense model = Problem.LineModel();
            model.Fit(Problem.Line(12), new SGD(model.Parameters(), 0.01), new MeanSquaredErrorLoss(), epochs: 4, batchSize: 4, callbacks: [checkpoint]);
            string[] files = folder.Files;
            Array.ForEach(files, file => File.Delete(folder[file]));
            return files;
        }
    }

    [Fact]
    public void A_damaged_file_is_refused_and_an_older_good_one_is_named()
    {
        using TemporaryFolder folder = new();
        Dataset data = Problem.Line(12);
        Dense model = Problem.LineModel();
        model.Fit(
            data, new SGD(model.Parameters(), 0.01), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4,
            callbacks: [new ModelCheckpoint(folder["{epoch}.safetensors"])]);
        string newest = folder["3.safetensors"];
        Assert.Equal(newest, TrainingCheckpoint.Latest(folder["{epoch}.safetensors"]));
        byte[] whole = File.ReadAllBytes(newest);

        // Cut off, a bit of an element and one of a string, nothing at all, and another file.
        int text = whole.AsSpan().IndexOf("samples_per_second"u8);
        foreach (byte[] bytes in (byte[][])[whole[..^1], Flipped(whole, whole.Length - 9), Flipped(whole, text), [], "no such file"u8.ToArray()])
        {
            File.WriteAllBytes(newest, bytes);
            string message = Assert.Throws<InvalidDataException>(() => Resume(newest)).Message;
            Assert.Contains(newest, message, StringComparison.Ordinal);
            Assert.Contains($"newest good checkpoint in its folder is {folder["2.safetensors"]}", message, StringComparison.Ordinal);
            Assert.Equal(folder["2.safetensors"], TrainingCheckpoint.Latest(folder["{epoch}.safetensors"]));
        }

        File.Delete(folder["1.safetensors"]);
        File.Delete(folder["2.safetensors"]);
        SafeTensors.Save(newest, model.State());
        string foreign = Assert.Throws<InvalidDataException>(() => Resume(newest)).Message;
        Assert.Contains("expected a checkpoint of a training", foreign, StringComparison.Ordinal);
        Assert.Contains("no other checkpoint", foreign, StringComparison.Ordinal);
        Assert.Null(TrainingCheckpoint.Latest(folder["{epoch}.safetensors"]));

        void Resume(string path) => model.Fit(
            data, new SGD(model.Parameters(), 0.01), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4, resumeFrom: path);

        static byte[] Flipped(byte[] bytes, int at)
        {
            byte[] other = [.. bytes];
            other[at] ^= 1;
            return other;
        }
    }

    [Fact]
    public void A_network_alone_comes_out_of_any_file()
    {
        using TemporaryFolder folder = new();
        Sequential model = Model();
        model.Fit(
            Problem.Rings(40), Problem.Adam(model),
            callbacks: [new ModelCheckpoint(folder["all"]), new ModelCheckpoint(folder["network"], weightsOnly: true)]);
        Sequential ofAll = Model();
        TrainingCheckpoint checkpoint = new(ofAll);
        checkpoint.Load(folder["all"]);
        Assert.Equal((2, 0, 1), (checkpoint.Epoch, checkpoint.Batch, checkpoint.History.Epochs.Count));
        Assert.Equal(Problem.Values(model), Problem.Values(ofAll));
        Sequential ofNetwork = Model();
        ofNetwork.LoadState(SafeTensors.Load(folder["network"], Device.Cpu));
        Assert.Equal(Problem.Values(model), Problem.Values(ofNetwork));
    }

    [Fact]
    public void A_part_that_does_not_fit_changes_none()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        model.Fit(Problem.Line(8), new Adam(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [new ModelCheckpoint(folder["both"])]);
        Dense fresh = Problem.LineModel();
        (double W, double B) before = Problem.LineOf(fresh);
        SGD other = new(fresh.Parameters(), 0.1, momentum: 0.9);
        Assert.Contains("SGD", Assert.Throws<ArgumentException>(() => new TrainingCheckpoint(fresh, other).Load(folder["both"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TrainingCheckpoint(new Dense(2, 2, device: Device.Cpu)).Load(folder["both"]));
        TrainingCheckpoint more = new(fresh);
        ExponentialWeightAverage average = new(fresh.Parameters());
        more.Add("average", average.State, average.LoadState);
        Assert.Contains("no 'average'", Assert.Throws<ArgumentException>(() => more.Load(folder["both"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => more.Add("average", average.State, average.LoadState));
        Assert.Throws<FileNotFoundException>(() => new TrainingCheckpoint(fresh).Load(folder["none"]));
        Assert.Equal(before, Problem.LineOf(fresh));
        Assert.Equal(0, other.State()["state.0.momentum"].Item());
    }

    [Fact]
    public void An_exception_saves_nothing_and_a_stop_does()
    {
        using TemporaryFolder folder = new();
        Dense model = Problem.LineModel();
        LambdaCallback failing = new() { BatchEnd = static _ => throw new TimeoutException() };
        Assert.Throws<TimeoutException>(() => model.Fit(
            Problem.Line(8), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [new ModelCheckpoint(folder["a"]), failing]));
        Assert.Empty(folder.Files);
        model.Fit(
            Problem.Line(8), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 2, callbacks: [new ModelCheckpoint(folder["a"]), ResumeTests.Stop(3)]);
        TrainingCheckpoint checkpoint = new(model);
        checkpoint.Load(folder["a"]);
        Assert.Equal((1, 3), (checkpoint.Epoch, checkpoint.Batch));
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
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", keepLast: 2));
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("a", "loss", everySteps: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("{epoch}", keepLast: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("a", everyMinutes: double.NaN));
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
