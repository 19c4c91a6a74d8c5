using System.Globalization;
using DeepSharp.Training;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>Draws races and trails, a row of panels for each family of rules.</summary>
internal static class Pictures
{
    internal static void Races(IReadOnlyList<Run> runs, string path)
    {
        // One range for all families, so that their panels can be compared.
        double[] losses = [.. runs.SelectMany(static run => run.Losses).Where(double.IsFinite).DefaultIfEmpty(1)];
        double low = Math.Max(1e-6, losses.Min() / 1.1);
        double high = Math.Max(2 * low, Math.Min(losses.Max(), 10) * 1.1);
        // The first steps would take most of the room, if all went well afterwards.
        double[] accuracies = [.. runs.SelectMany(static run => run.Accuracies).DefaultIfEmpty(0)];
        double worst = accuracies.Max() > 0.75 ? 0.5 : Math.Min(0.9, Math.Floor(accuracies.Min() * 10) / 10);
        List<Chart> charts = [];
        foreach (IGrouping<string, Run> family in runs.GroupBy(static run => run.Racer.Family))
        {
            Chart loss = new($"{family.Key}: training loss")
            {
                XAxis = { Label = "step" },
                YAxis = { Label = "cross-entropy", Scale = AxisScale.Log, Minimum = low, Maximum = high },
            };
            Chart accuracy = new($"{family.Key}: test accuracy")
            {
                XAxis = { Label = "step", Minimum = 0 },
                YAxis = { Label = "share of images read right", Minimum = worst, Maximum = 1 },
            };
            int index = 0;
            foreach (Run run in family)
            {
                string name = Label(run.Racer.Name, run.Rate);
                ChartStyle style = Style(index++);
                loss.Line(name, [.. Enumerable.Range(1, run.Losses.Count).Select(static step => (double)step)], run.Losses, style);
                accuracy.Line(name, run.Steps, run.Accuracies, style);
            }

            charts.Add(loss);
            charts.Add(accuracy);
        }

        new ChartPage(charts) { PanelWidth = 480, PanelHeight = 320 }.Save(path);
    }

    internal static void Trails(IReadOnlyList<(Landscape Landscape, IReadOnlyList<Trail> Trails)> all, string path)
    {
        string[] families = [.. all[0].Trails.Select(static trail => trail.Racer.Family).Distinct()];
        List<Chart> charts = [];
        foreach (string family in families)
        {
            foreach ((Landscape landscape, IReadOnlyList<Trail> trails) in all)
            {
                Chart chart = new($"{family}")
                {
                    XAxis = { Label = landscape.Name, Minimum = landscape.XRange.Low, Maximum = landscape.XRange.High },
                    YAxis = { Minimum = landscape.YRange.Low, Maximum = landscape.YRange.High },
                };
                chart.Contours(landscape.Height, landscape.Levels);
                int index = 0;
                foreach (Trail trail in trails.Where(trail => trail.Racer.Family == family))
                {
                    chart.Line(
                        Label(trail.Racer.Name, trail.Rate), trail.X, trail.Y,
                        Style(index++) with { Marker = landscape.Steps <= 100 ? ChartMarker.Circle : ChartMarker.None, MarkerSize = 1.8 });
                }

                chart.Points("", [landscape.Start.X], [landscape.Start.Y], new ChartStyle { Color = "#000000", MarkerSize = 4 });
                chart.Points("", [landscape.Minimum.X], [landscape.Minimum.Y], new ChartStyle { Color = "#000000", Marker = ChartMarker.Star, MarkerSize = 7 });
                charts.Add(chart);
            }
        }

        new ChartPage(charts) { PanelWidth = 480, PanelHeight = 340 }.Save(path);
    }

    // What is drawn later is thinner, so that lines that coincide are both seen.
    private static ChartStyle Style(int index) => ChartPalette.Style(index) with { Width = Math.Max(1.1, 2.8 - (0.5 * index)) };

    private static string Label(string name, double rate) => string.Create(CultureInfo.InvariantCulture, $"{name} ({rate:0.######})");
}
