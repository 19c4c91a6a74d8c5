using DeepSharp.Charts;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>The ratios to the better of PyTorch and TorchSharp as bars from 1, to the right where DeepSharp is ahead.</summary>
internal static class RatioChart
{
    /// <summary>Single operators on the right, all others on the left, on the same scale.</summary>
    internal static void Draw(IReadOnlyList<(Row Row, double Ratio)> ratios, string path)
    {
        double low = Math.Log10(Math.Min(0.5, ratios.Min(static item => item.Ratio) / 1.1));
        double high = Math.Log10(Math.Max(2, ratios.Max(static item => item.Ratio) * 1.1));
        IGrouping<bool, (Row, double)>[] halves = [.. ratios.GroupBy(static item => item.Row.Group == "Single operators")];
        int most = halves.Max(static half => half.Count());
        Plot[] plots = [.. halves.Select(half => Bars(half.Key ? "Single operators" : "Training, products, layers", [.. half], low, high, most))];
        Plots.Grid(plots).SaveTo(path, 720 * plots.Length, 90 + (15 * most));
    }

    private static Plot Bars(string title, IReadOnlyList<(Row Row, double Ratio)> items, double low, double high, int most)
    {
        Plot plot = Plots.New(title, "times as fast, or as small", logX: true);
        (Color ahead, Color behind) = (plot.Add.Palette.GetColor(0), plot.Add.Palette.GetColor(1));
        // On a logarithmic axis stand logarithms, and that of 1 is 0, where bars begin.
        plot.Add.Bars((Bar[])[.. items.Select((item, i) => new Bar
        {
            Position = items.Count - 1 - i, Value = Math.Log10(item.Ratio), Size = 0.7, Orientation = Orientation.Horizontal,
            FillColor = item.Ratio >= 1 ? ahead : behind, LineWidth = 0,
        })]);
        plot.Add.VerticalLine(0, 1, Color.FromHex("#333333"));
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. items.Select((_, i) => (double)(items.Count - 1 - i))], [.. items.Select(static item => item.Row.Text)]);
        plot.Axes.Left.TickLabelStyle.FontSize = 10;
        plot.Axes.SetLimits(low, high, items.Count - most - 0.5, items.Count - 0.5);
        plot.Grid.YAxisStyle.IsVisible = false;
        return plot;
    }
}
