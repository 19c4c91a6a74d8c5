using System.Globalization;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What data sets, epochs and histories print, where people write 1,5.</summary>
public class TextTests
{
    [Fact]
    public async Task The_tests_run_where_people_write_a_comma()
    {
        Assert.Equal("1,5", 1.5.ToString(CultureInfo.CurrentCulture));
        Assert.Equal("1,5", await Task.Run(static () => 1.5.ToString(CultureInfo.CurrentCulture)));
    }

    [Fact]
    public void An_epoch_prints_its_values()
    {
        EpochResult epoch = new(3, new Dictionary<string, double> { ["loss"] = 0.25, ["val_accuracy"] = 0.98765 }, 1e-3, 1.5, 60000.4);
        Assert.Equal("epoch 3: loss 0.2500, val_accuracy 0.9877, learning rate 0.001, 60,000 samples/s, 1.5 s", epoch.ToString());
    }

    [Fact]
    public void A_history_prints_a_table_with_a_line_for_each_epoch()
    {
        Dense model = Problem.LineModel();
        StringWriter lines = new();
        History history = model.Fit(
            Problem.Line(8), new DeepSharp.Optim.SGD(model.Parameters(), 0.125), new MeanSquaredErrorLoss(), epochs: 2, batchSize: 4,
            callbacks: [new ProgressLines(lines)]);
        string[] printed = history.ToString().Split('\n');
        Assert.Equal(3, printed.Length);
        Assert.Equal(["epoch", "loss", "learning_rate", "seconds", "samples_per_second"], printed[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"^    2  +0\.\d+ +0\.125 ", printed[2]);
        Assert.Equal(printed[0].Length, printed[1].Length);
        Assert.Matches(@"^epoch 1/2  loss \d\.\d{4}  [\d,]+ samples/s  \d\.\d s", lines.ToString());
    }

    [Fact]
    public void A_data_set_and_its_batches_say_what_they_are()
    {
        Dataset data = Problem.Rings(10);
        Assert.Equal($"Dataset: 10 samples [2] of Float32, targets [] of Int32, on {Device.Cpu}", data.ToString());
        Assert.Equal($"3 batches of 4, shuffled by seed 7, of {data}", data.Batches(4, seed: 7).ToString());
        Assert.StartsWith("2 batches of 4, not shuffled", data.Batches(4, shuffle: false, dropLast: true).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_accuracies_can_be_measured_at_once()
    {
        Assert.NotEqual(new Accuracy().Name, new BinaryAccuracy().Name);
        Tensor scores = Tensor.From([1f, 0f, 0f, 1f], [2, 2], Device.Cpu);
        IReadOnlyDictionary<string, double> values = new Flatten().Evaluate(
            new Dataset(scores, scores), new MeanSquaredErrorLoss(), [new Accuracy(), new BinaryAccuracy()]);
        Assert.Equal((1, 1), (values["accuracy"], values["binary_accuracy"]));
    }
}
