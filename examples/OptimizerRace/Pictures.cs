using System.Globalization;
using DeepSharp.Charts;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>Draws races and trails, a row of plots for each family of rules.</summary>
internal static class Pictures
{
    private const int Width = 560;
    private const int Height = 320;

    internal static void Races(IReadOnlyList<Run> runs, string path)
    {
        List<Plot> plots = [];
        foreach (IGrouping<string, Run> family in runs.GroupBy(static run => run.Racer.Family))
        {
            Plot loss = Plots.New($"{family.Key}: training loss", "step", "cross-entropy", logY: true);
            Plot accuracy = Plots.New($"{family.Key}: test accuracy", "step", "share of images read right");
            int index = 0;
            foreach (Run run in family)
            {
                string name = Label(run.Racer.Name, run.Rate);
                Thin(loss.AddLine(name, [.. Enumerable.Range(1, run.Losses.Count).Select(static step => (double)step)], run.Losses), index).MarkerSize = 0;
                Thin(accuracy.AddLine(name, run.Steps, run.Accuracies), index++).MarkerSize = 0;
            }

            plots.Add(loss);
            plots.Add(accuracy);
        }

        // One range for all families, so that their plots can be compared.
        Share([.. plots.Where(static (_, i) => i % 2 == 0)]);
        Share([.. plots.Where(static (_, i) => i % 2 == 1)]);
        Save(plots, path);
    }

    internal static void Trails(IReadOnlyList<(Landscape Landscape, IReadOnlyList<Trail> Trails)> all, string path)
    {
        List<Plot> plots = [];
        foreach (string family in all[0].Trails.Select(static trail => trail.Racer.Family).Distinct())
        {
            foreach ((Landscape landscape, IReadOnlyList<Trail> trails) in all)
            {
                Plot plot = Plots.Contours(landscape.Height, landscape.XRange, landscape.YRange, landscape.Levels);
                plot.Title(family);
                plot.XLabel(landscape.Name);
                int index = 0;
                foreach (Trail trail in trails.Where(trail => trail.Racer.Family == family))
                {
                    Thin(plot.AddLine(Label(trail.Racer.Name, trail.Rate), trail.X, trail.Y), index++).MarkerSize = landscape.Steps <= 100 ? 3.5f : 0;
                }

                plot.Add.Marker(landscape.Start.X, landscape.Start.Y, MarkerShape.FilledCircle, 8, Colors.Black);
                plot.Add.Marker(landscape.Minimum.X, landscape.Minimum.Y, MarkerShape.FilledDiamond, 10, Colors.Black);
                plots.Add(plot);
            }
        }

        Save(plots, path);
    }

    private static void Save(List<Plot> plots, string path)
    {
        Multiplot page = Plots.Grid(plots);
        page.SaveTo(path, 2 * Width, (plots.Count + 1) / 2 * Height);
    }

    private static void Share(Plot[] plots)
    {
        foreach (Plot plot in plots)
        {
            plot.Axes.AutoScale();
        }

        AxisLimits[] all = [.. plots.Select(static plot => plot.Axes.GetLimits())];
        foreach (Plot plot in plots)
        {
            plot.Axes.SetLimitsY(all.Min(static limits => limits.Bottom), all.Max(static limits => limits.Top));
        }
    }

    // What is drawn later is thinner, so that lines that coincide are both seen.
    private static Scatter Thin(Scatter line, int index)
    {
        line.LineWidth = Math.Max(1.1f, 2.8f - (0.5f * index));
        return line;
    }

    private static string Label(string name, double rate) => string.Create(CultureInfo.InvariantCulture, $"{name} ({rate:0.######})");
}
