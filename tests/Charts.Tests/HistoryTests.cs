using DeepSharp.Charts;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Tests;

/// <summary>What trainings, schedules and learning-rate tests draw of themselves.</summary>
public class HistoryTests
{
    [Fact]
    public void Training_and_validation_share_a_plot_and_the_rate_has_one_if_it_moves()
    {
        string[] texts = Drawn.Texts(Make([1, 0.5], [2, 1], [0.1, 0.05]).Plot());
        Assert.Equal(["loss", "accuracy", "learning rate"], texts.Where(static text => text is "loss" or "accuracy" or "learning rate"));
        Assert.Equal(2, texts.Count(static text => text == "training"));
        Assert.Equal(2, texts.Count(static text => text == "validation"));
        Assert.DoesNotContain("learning rate", Drawn.Texts(Make([1, 0.5], [2, 1], [0.1, 0.1]).Plot()));
    }

    [Fact]
    public void Epochs_are_whole_numbers_and_the_best_one_is_marked()
    {
        foreach (int epochs in new[] { 1, 2, 3, 7, 100 })
        {
            double[] validation = [.. Enumerable.Range(0, epochs).Select(static i => Math.Abs(i - 4.0))];
            Multiplot plots = Make([.. validation.Select(static _ => 1.0)], validation, [.. validation.Select(static _ => 0.1)]).Plot();
            foreach (Plot plot in plots.GetPlots())
            {
                string[] labels = Drawn.Labels(plot, static axes => axes.Bottom);
                Assert.NotEmpty(labels);
                Assert.All(labels, static label => Assert.True(int.TryParse(label, out _), label));
                VerticalLine[] best = [.. plot.GetPlottables<VerticalLine>()];
                Assert.Equal(epochs == 1 ? 0 : 1, best.Length);
                Assert.All(best, line => Assert.Equal(Math.Min(epochs, 5), line.X));
            }
        }
    }

    [Theory]
    [InlineData(null, null, 3, "best: epoch 3")]
    [InlineData("val_loss", null, 3, "best val_loss: epoch 3")]
    [InlineData("loss", null, 5, "best loss: epoch 5")]
    [InlineData("accuracy", null, 4, "best accuracy: epoch 4")]
    [InlineData("accuracy", true, 1, "best accuracy: epoch 1")]
    [InlineData("val_loss", false, 1, "best val_loss: epoch 1")]
    public void The_best_epoch_is_that_of_the_value_that_is_asked_for(string? monitor, bool? smallerIsBetter, int expected, string label)
    {
        History history = Make([5, 4, 3, 2, 1], [9, 3, 2, 4, 5], [1, 1, 1, 1, 1], [0.1, 0.3, 0.6, 0.9, 0.8]);
        Plot[] plots = history.Plot(monitor, smallerIsBetter).GetPlots();
        Assert.All(plots, plot => Assert.Equal(expected, Assert.Single(plot.GetPlottables<VerticalLine>()).X));
        Assert.Equal(label, plots[0].GetPlottables<VerticalLine>().Single().LegendText);
    }

    [Fact]
    public void A_value_that_no_epoch_has_is_refused_with_those_there_are()
    {
        string message = Assert.Throws<KeyNotFoundException>(static () => Make([1, 2], [1, 2], [1, 1]).Plot("val_auroc")).Message;
        Assert.Contains("'val_auroc'", message, StringComparison.Ordinal);
        Assert.Contains("loss, ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Losses_that_span_powers_of_ten_have_a_logarithmic_axis_and_rates_of_accuracy_have_not()
    {
        Plot[] plots = Make([10, 1, 0.1], [10, 1, 0.01], [0.1, 0.1, 0.1]).Plot().GetPlots();
        Assert.IsType<LogTicks>(plots[0].Axes.Left.TickGenerator);
        Assert.IsNotType<LogTicks>(plots[1].Axes.Left.TickGenerator);
        Assert.IsNotType<LogTicks>(Make([2, 1, 0.5], [2, 1, 0.5], [0.1, 0.1, 0.1]).Plot().GetPlot(0).Axes.Left.TickGenerator);
        // A loss may be negative: that of a likelihood.
        Assert.IsNotType<LogTicks>(Make([2, 1, -0.5], [2, 1, 0.001], [0.1, 0.1, 0.1]).Plot().GetPlot(0).Axes.Left.TickGenerator);
    }

    [Fact]
    public void All_five_rates_of_accuracy_are_seen()
    {
        Plot accuracy = Make([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0.1, 0.3, 0.6, 0.8, 0.9]).Plot().GetPlot(1);
        Assert.True(Drawn.Limits(accuracy).Bottom < 0.1 && accuracy.Axes.GetLimits().Top > 0.9);
    }

    [Fact]
    public void Epochs_without_a_finite_value_are_gaps()
    {
        History history = Make([double.NaN, double.PositiveInfinity, 5e-324, 1e308], [double.NaN, double.NaN, double.NaN, double.NaN], [1, 1, 1, 1]);
        Plot loss = history.Plot().GetPlot(0);
        Assert.Equal([-323.306, 308], Drawn.Points(Drawn.Lines(loss)[0]).Select(static at => Math.Round(at.Y, 3)).Where(double.IsFinite));
        Assert.Empty(loss.GetPlottables<VerticalLine>());
        Assert.InRange(Drawn.Labels(loss, static axes => axes.Left).Length, 2, 20);
    }

    [Fact]
    public void Trainings_are_compared_value_by_value()
    {
        Multiplot plots = Plots.Compare([("adam", Make([1, 0.5, 0.2], [2, 1, 1], [1, 1, 1])), ("sgd", Make([3, 2], [3, 2], [1, 1]))]);
        Assert.Equal(4, plots.Count());
        Scatter[] lines = Drawn.Lines(plots.GetPlot(0));
        Assert.Equal(["adam", "sgd"], lines.Select(static line => line.LegendText));
        Assert.Equal([(1, 1), (2, 0.5), (3, 0.2)], Drawn.Points(lines[0]));
        Assert.Equal([(1, 3), (2, 2)], Drawn.Points(lines[1]));
    }

    [Fact]
    public void There_must_be_an_epoch()
    {
        Assert.Contains("after Fit", Assert.Throws<InvalidOperationException>(static () => new History().Plot()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(static () => Plots.Compare([("a", new History())]));
        Assert.Throws<ArgumentException>(static () => Plots.Compare([]));
    }

    [Fact]
    public void A_schedule_is_drawn_step_by_step()
    {
        Plot plot = new LinearRate(4).Plot(0.8, 5);
        (double X, double Y)[] points = Drawn.Points(Drawn.Lines(plot)[0]);
        Assert.Equal([0.0, 1, 2, 3, 4], points.Select(static at => at.X));
        Assert.Equal([0.8, 0.6, 0.4, 0.2, 0], points.Select(static at => Math.Round(at.Y, 12)));
        Assert.InRange(Drawn.Points(plot.AddSchedule("long", new ConstantRate(), 1, 1_000_000)).Length, 1000, 2000);
        Assert.Single(Drawn.Points(Drawn.Lines(new ConstantRate().Plot(1, 1))[0]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ConstantRate().Plot(1, 0));
    }

    [Fact]
    public void A_learning_rate_test_shows_its_suggestion_and_where_the_loss_falls()
    {
        Sequential model = [new Dense(4, 1)];
        Tensor x = Tensor.From([.. Enumerable.Range(0, 256).Select(static i => (i * 7 % 11 / 5f) - 1)], [64, 4]);
        LearningRateRange range = LearningRateFinder.Run(
            model, new Dataset(x, x.Sum(1).Reshape(64, 1)), static parameters => new SGD(parameters, 1), new MeanSquaredErrorLoss(), 1e-4, 100, 120, 8);
        Plot plot = range.Plot();
        Scatter[] lines = Drawn.Lines(plot);
        Assert.Equal(range.Rates.Select(Math.Log10), Drawn.Points(lines[0]).Select(static at => at.X));
        Assert.Equal(Math.Log10(range.Suggested), Assert.Single(Drawn.Points(lines[2])).X, 12);
        AxisLimits limits = Drawn.Limits(plot);
        Assert.True(limits.Top < range.Losses.Max() && limits.Top > range.Smoothed[0] && limits.Left < Math.Log10(range.Rates[0]));
        Assert.Contains(Drawn.Texts(plot), static text => text.StartsWith("suggested: 0.", StringComparison.Ordinal));
    }

    private static History Make(double[] losses, double[] validation, double[] rates, double[]? accuracy = null)
    {
        History history = new();
        for (int i = 0; i < rates.Length; i++)
        {
            Dictionary<string, double> values = new()
            {
                ["loss"] = losses[i],
                ["accuracy"] = accuracy?[i] ?? 0.5,
                ["val_loss"] = validation[i],
                ["val_accuracy"] = 0.4,
            };
            history.Add(new EpochResult(i + 1, values, rates[i], 1, 100));
        }

        return history;
    }
}
