using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class EarlyStoppingTests
{
    // The epochs' values, patience, difference, the epoch that training ends after, and the best one.
    [Theory]
    [InlineData(new[] { 5.0, 4, 3, 2, 1 }, 1, 0.0, true, 5, 5)]
    [InlineData(new[] { 5.0, 4, 4.5, 4.2, 3 }, 2, 0.0, true, 4, 2)]
    [InlineData(new[] { 5.0, 4, 4.5, 3.9, 4 }, 2, 0.0, true, 5, 4)]
    [InlineData(new[] { 5.0, 5, 5, 5, 5 }, 3, 0.0, true, 4, 1)]
    [InlineData(new[] { 5.0, 4.95, 4.9, 4.85, 4.8 }, 2, 0.1, true, 3, 1)]
    [InlineData(new[] { 5.0, 4.95, 4.85, 4.8, 4.76 }, 2, 0.1, true, 5, 3)]
    [InlineData(new[] { 0.5, 0.6, 0.55, 0.7, 0.6 }, 2, 0.0, false, 5, 4)]
    [InlineData(new[] { 0.5, 0.4, 0.3, 0.2, 0.1 }, 2, 0.0, false, 3, 1)]
    [InlineData(new[] { double.NaN, double.NaN, 3, 4, 5 }, 2, 0.0, true, 2, 0)]
    [InlineData(new[] { double.NaN, 3, double.NaN, double.NaN, 2 }, 2, 0.0, true, 4, 2)]
    [InlineData(new[] { 5.0, 6, 4, 3, 2 }, 1, 0.0, true, 2, 1)]
    [InlineData(new[] { 5.0, 6, 4, 3, 2 }, 0, 0.0, true, 2, 1)]
    public void It_stops_when_the_value_has_not_improved_for_a_while(
        double[] values, int patience, double minDelta, bool smallerIsBetter, int last, int best)
    {
        Dense model = Problem.LineModel();
        TrainingContext context = new(model, new SGD(model.Parameters(), 0.1), new RunningMean(), [], new History(), values.Length, 1);
        using EarlyStopping stopping = new("val_loss", patience, minDelta, smallerIsBetter);
        stopping.OnTrainBegin(context);
        int epoch = 0;
        while (epoch < values.Length && !context.StopRequested)
        {
            // The weight tells the epochs apart.
            model.Weight.Fill(++epoch);
            stopping.OnEpochEnd(context, new EpochResult(epoch, new Dictionary<string, double> { ["val_loss"] = values[epoch - 1] }, 0.1, 1, 1));
        }

        Assert.Equal(last, epoch);
        Assert.Equal(best, stopping.BestEpoch);
        Assert.Equal(best == 0 ? double.NaN : values[best - 1], stopping.BestValue);
        stopping.OnTrainEnd(context);
        Assert.Equal(best == 0 ? last : best, model.Weight.Item());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parameters_and_buffers_of_the_best_epoch_come_back_if_wanted(bool restore)
    {
        // A rate that diverges: the first epoch is the best.
        Sequential model =
        [
            new Dense(2, 4, generator: new Generator(1), device: Device.Cpu), new BatchNorm(4, device: Device.Cpu),
            new Dense(4, 2, generator: new Generator(2), device: Device.Cpu),
        ];
        List<Dictionary<string, float[]>> states = [];
        Recorder recorder = new() { AtEpoch = (context, _) => states.Add(Problem.Values(context.Model)) };
        EarlyStopping stopping = new(patience: 2, restoreBest: restore);
        Dataset data = Problem.Rings(40);
        History history = model.Fit(
            data, new SGD(model.Parameters(), 30), epochs: 20, batchSize: 10, validation: Problem.Rings(10), callbacks: [recorder, stopping]);
        int best = history["val_loss"].Select(static (value, i) => (value, i)).MinBy(static pair => pair.value).i;
        Assert.Equal(best + 1, stopping.BestEpoch);
        Assert.Equal(history["val_loss"][best], stopping.BestValue);
        Assert.Equal(best + 3, history.Epochs.Count);
        Assert.True(history.StoppedEarly);
        Assert.Equal(restore ? states[best] : states[^1], Problem.Values(model));
        Assert.NotEqual(states[best], states[^1]);
        if (restore)
        {
            Assert.Equal(stopping.BestValue, model.Evaluate(Problem.Rings(10))["loss"], 1e-4 * Math.Abs(stopping.BestValue));
        }
    }

    [Fact]
    public void It_can_be_used_again_and_holds_no_memory_afterwards()
    {
        Sequential model = Problem.Classifier(1);
        Optimizer optimizer = Problem.Adam(model);
        Dataset data = Problem.Rings(40);
        EarlyStopping stopping = new("loss", patience: 1);
        model.Fit(data, optimizer, epochs: 2, batchSize: 10, callbacks: [stopping]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long live = Device.Cpu.Statistics.LiveBytes;
        History history = model.Fit(data, optimizer, epochs: 2, batchSize: 10, callbacks: [stopping]);
        Assert.Equal(history["loss"].Min(), stopping.BestValue);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(Device.Cpu.Statistics.LiveBytes, 0, live);
    }

    [Fact]
    public void What_it_watches_must_be_there()
    {
        Dense model = Problem.LineModel();
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => model.Fit(
            Problem.Line(4), new SGD(model.Parameters(), 0.1), new MeanSquaredErrorLoss(), callbacks: [new EarlyStopping("val_loss")]));
        Assert.Contains("val_loss", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(patience: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(minDelta: double.NaN));
        Assert.Throws<ArgumentException>(() => new EarlyStopping(string.Empty));
    }
}
