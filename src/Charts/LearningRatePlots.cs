using DeepSharp.Optim;
using DeepSharp.Training;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Charts;

/// <summary>Learning rates: over time, and what they do to the loss.</summary>
public static class LearningRatePlots
{
    private const int MostPoints = 2000;

    /// <summary>The learning rate of a schedule before each step, or at 2000 places if there are more steps. Others are added by
    /// <see cref="AddSchedule"/>.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="learningRate">The rate that the optimizer is given.</param>
    /// <param name="steps">How many steps, or epochs, whichever the schedule counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite, or there is no step.</exception>
    public static Plot Plot(this LearningRateSchedule schedule, double learningRate, int steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Plot plot = Plots.New(schedule.GetType().Name, "step", "learning rate");
        plot.AddSchedule("", schedule, learningRate, steps);
        return plot;
    }

    /// <summary>Adds the learning rate of a schedule before each step, or at 2000 places if there are more steps.</summary>
    /// <param name="plot">The plot, from <see cref="Plots.New"/> or any other.</param>
    /// <param name="name">The name in the legend; empty for none.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="learningRate">The rate that the optimizer is given.</param>
    /// <param name="steps">How many steps, or epochs, whichever the schedule counts.</param>
    /// <returns>The line, to change its looks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite, or there is no step.</exception>
    public static Scatter AddSchedule(this Plot plot, string name, LearningRateSchedule schedule, double learningRate, int steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        int points = Math.Min(steps, MostPoints);
        double[] t = [.. Enumerable.Range(0, points).Select(i => points == steps ? i : Math.Floor((double)i * (steps - 1) / (points - 1)))];
        return plot.AddLine(name, t, [.. t.Select(at => schedule.Rate(learningRate, at))]);
    }

    /// <summary>The losses of a learning-rate range test over the rates, with the suggestion.</summary>
    /// <param name="range">What <see cref="LearningRateFinder"/> found.</param>
    public static Plot Plot(this LearningRateRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        Plot plot = Plots.New("learning-rate range test", "learning rate", "loss", logX: true);
        Scatter losses = plot.AddLine("loss", range.Rates, range.Losses);
        losses.Color = Color.FromHex("#bbbbbb");
        losses.LineWidth = 1;
        plot.AddLine("smoothed", range.SmoothedRates, range.Smoothed).Color = plot.Add.Palette.GetColor(0);
        Scatter suggested = plot.AddPoints(
            $"suggested: {range.Suggested:G2}", [range.Suggested], [range.Smoothed[range.SmoothedRates.ToList().IndexOf(range.Suggested)]]);
        suggested.Color = plot.Add.Palette.GetColor(1);
        suggested.MarkerSize = 10;

        // The last losses of a test are so large that nothing else could be seen.
        double first = range.Smoothed[0];
        double least = range.Smoothed.Min();
        double highest = Math.Max(first, range.Smoothed.Take(10).Max()) + (0.6 * (first - least));
        double lowest = Math.Min(least, range.Losses.Min());
        if (lowest < highest)
        {
            plot.Axes.AutoScale();
            plot.Axes.SetLimitsY(lowest - (0.05 * (highest - lowest)), highest);
        }

        return plot;
    }
}
