using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Logging;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class TensorBoardLoggerTests
{
    [Fact]
    public void An_epoch_is_written_at_the_step_it_ended_in_and_validation_beside_it()
    {
        using TemporaryFolder folder = new();
        History history = Fit(2, new TensorBoardLogger(folder["run"]));
        Assert.Equal(["train", "validation"], Directory.GetDirectories(folder["run"]).Select(Path.GetFileName).Order());
        (string, long, double)[] expected = [.. history.Epochs.SelectMany(static epoch => new (string, long, double)[]
        {
            ("epoch/loss", 4 * epoch.Epoch, (float)epoch["loss"]),
            ("epoch/accuracy", 4 * epoch.Epoch, (float)epoch["accuracy"]),
            ("epoch/learning_rate", 4 * epoch.Epoch, 0.25f),
            ("epoch/samples_per_second", 4 * epoch.Epoch, (float)epoch.SamplesPerSecond),
            ("epoch/number", 4 * epoch.Epoch, epoch.Epoch),
        })];
        Assert.Equal(expected, EventRecords.Scalars(folder["run/train"]));
        Assert.Equal(
            history.Epochs.SelectMany(static epoch => new (string, long, double)[]
            {
                ("epoch/loss", 4 * epoch.Epoch, (float)epoch["val_loss"]), ("epoch/accuracy", 4 * epoch.Epoch, (float)epoch["val_accuracy"]),
            }),
            EventRecords.Scalars(folder["run/validation"]));
    }

    [Fact]
    public void Steps_are_written_every_so_many_once_each()
    {
        using TemporaryFolder folder = new();
        Fit(2, new TensorBoardLogger(folder["run"], every: 3));
        Assert.Equal([3, 6], EventRecords.Scalars(folder["run/train"]).Where(static scalar => scalar.Tag == "batch/loss").Select(static scalar => scalar.Step));

        // Two batches make a step: of six batches in two epochs, two steps each.
        Fit(2, new TensorBoardLogger(folder["added"], every: 1), accumulate: 2);
        Assert.Equal([1, 2, 3, 4], EventRecords.Scalars(folder["added/train"]).Where(static scalar => scalar.Tag == "batch/accuracy").Select(static scalar => scalar.Step));
    }

    [Fact]
    public void A_resumed_training_voids_what_the_one_before_had_done_since_it_saved()
    {
        using TemporaryFolder folder = new();
        Fit(1, new ModelCheckpoint(folder["saved"]), new TensorBoardLogger(folder["run"], every: 1));
        string[] before = Directory.GetFiles(folder["run/train"]);
        Fit(3, folder["saved"], new ModelCheckpoint(folder["saved"]), new TensorBoardLogger(folder["run"], every: 1));
        string made = Assert.Single(Directory.GetFiles(folder["run/train"]).Except(before));

        // A file's version at step 5, then a session that starts there (field 7.1 is 1), then the steps from there on.
        List<byte[]> records = EventRecords.Read(made);
        Dictionary<string, object> start = EventRecords.Fields(records[2]);
        Assert.Equal((5UL, 1UL), ((ulong)start["2"], (ulong)start["7.1"]));
        Assert.Equal(
            Enumerable.Range(5, 8).Select(static i => (long)i),
            EventRecords.Read(made).Select(EventRecords.Fields).Where(static fields => fields.GetValueOrDefault("5.1.1")?.ToString() is not null && fields.ContainsKey("5.1.2"))
                .Where(static fields => ((Google.Protobuf.ByteString)fields["5.1.1"]).ToStringUtf8() == "batch/loss").Select(static fields => (long)(ulong)fields["2"]));
    }

    [Fact]
    public void Parameters_are_spread_out_every_so_many_epochs()
    {
        using TemporaryFolder folder = new();
        Fit(3, new TensorBoardLogger(folder["run"], histograms: 2));
        Dictionary<string, object>[] found = [.. EventRecords.Read(Directory.GetFiles(folder["run/train"])[0]).Select(EventRecords.Fields)
            .Where(static fields => fields.ContainsKey("5.1.5"))];
        Assert.Equal(["parameters/bias", "parameters/weight"], found.Select(static fields => ((Google.Protobuf.ByteString)fields["5.1.1"]).ToStringUtf8()).Order());
        Assert.All(found, static fields => Assert.Equal(8UL, fields["2"]));
        Assert.All(found, static fields => Assert.Equal(2.0, fields["5.1.5.3"]));
    }

    [Fact]
    public void Hyper_parameters_name_their_results_and_end_with_the_training()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, object> values = new() { ["width"] = 3 };
        Fit(1, new TensorBoardLogger(folder["run"], hyperParameters: values));
        Assert.ThrowsAny<InvalidOperationException>(() => Fit(1, new TensorBoardLogger(folder["failed"], hyperParameters: values), new Failing()));

        // Field 4 of the plugin's data, of two bytes: SessionEndInfo, whose field 1 is the status: 1 succeeded, 2 failed.
        Assert.Equal([0x22, 2, 8, 1], Plugin("run")[^1]);
        Assert.Equal([0x22, 2, 8, 2], Plugin("failed")[^1]);

        // Field 2, the experiment: of the width a number (3), then the results with the folders that they are in.
        string experiment = System.Text.Encoding.UTF8.GetString(Plugin("run")[0]);
        Assert.Contains("width \u0003", experiment, StringComparison.Ordinal);
        Assert.Contains("train\u0012\u000eepoch/accuracy", experiment, StringComparison.Ordinal);
        Assert.Contains("validation\u0012\u000eepoch/accuracy", experiment, StringComparison.Ordinal);

        byte[][] Plugin(string run) => [.. EventRecords.Read(Assert.Single(Directory.GetFiles(folder[run]))).Select(EventRecords.Fields)
            .Where(static fields => fields.ContainsKey("5.1.9.1.2")).Select(static fields => ((Google.Protobuf.ByteString)fields["5.1.9.1.2"]).ToByteArray())];
    }

    [Fact]
    public void Arguments_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => new TensorBoardLogger(""));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TensorBoardLogger("run", every: -1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TensorBoardLogger("run", histograms: -1));
        Assert.Throws<ArgumentException>(static () => new TensorBoardLogger("run", hyperParameters: new Dictionary<string, object> { ["x"] = new int[1] }));
    }

    private static History Fit(int epochs, params ICallback[] callbacks) => Fit(epochs, null, callbacks);

    private static History Fit(int epochs, string? resumeFrom, params ICallback[] callbacks) => Fit(epochs, 1, resumeFrom, callbacks);

    private static History Fit(int epochs, ICallback callback, int accumulate) => Fit(epochs, accumulate, null, callback);

    // Four batches an epoch, of two samples and one.
    private static History Fit(int epochs, int accumulate, string? resumeFrom, params ICallback[] callbacks)
    {
        Dense model = new(1, 2, generator: new Generator(1), device: Device.Cpu);
        Dataset data = new(Tensor.Arange(7, device: Device.Cpu).Reshape(7, 1) / 7, (Tensor.Arange(7, device: Device.Cpu) > 3).To(DType.Int64));
        return model.Fit(
            data, new SGD(model.Parameters(), 0.25), epochs: epochs, batchSize: 2, metrics: [new Accuracy()], validation: data.Take(3), accumulate: accumulate,
            callbacks: callbacks, resumeFrom: resumeFrom);
    }

    private sealed class Failing : ICallback
    {
        public void OnBatchEnd(TrainingContext context) => throw new InvalidOperationException("no more");
    }
}
