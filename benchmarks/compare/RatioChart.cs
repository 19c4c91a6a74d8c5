using DeepSharp.Training;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>The ratios as bars from 1, to the right where DeepSharp is ahead.</summary>
internal static class RatioChart
{
    private static readonly ChartStyle s_ahead = new() { Color = ChartPalette.Colors[0], Width = 9 };
    private static readonly ChartStyle s_behind = new() { Color = ChartPalette.Colors[1], Width = 9 };

    /// <summary>Single operators on the right, all others on the left, on the same scale.</summary>
    internal static ChartPage Make(IReadOnlyList<(Row Row, double Ratio)> ratios)
    {
        double low = Math.Min(0.5, ratios.Min(static item => item.Ratio) / 1.1);
        double high = Math.Max(2, ratios.Max(static item => item.Ratio) * 1.1);
        IGrouping<bool, (Row, double)>[] halves = [.. ratios.GroupBy(static item => item.Row.Group == "Single operators")];
        int most = halves.Max(static half => half.Count());
        return new ChartPage([.. halves.Select(half => Bars(half.Key ? "Single operators" : "Training, products, layers", [.. half], low, high, most))])
        {
            Title = "DeepSharp against the better of PyTorch and TorchSharp",
            PanelWidth = 560,
            PanelHeight = 90 + (16 * most),
        };
    }

    private static Chart Bars(string title, IReadOnlyList<(Row Row, double Ratio)> items, double low, double high, int most)
    {
        Chart chart = new(title)
        {
            XAxis = { Label = "times as fast, or as small; logarithmic", Scale = AxisScale.Log, Minimum = low, Maximum = high },
            YAxis = { Minimum = items.Count - most - 0.5, Maximum = items.Count - 0.5, Names = [.. items.Reverse().Select(static item => item.Row.Text)] },
        };
        chart.Line("", [1, 1], [-0.5, items.Count - 0.5], new() { Color = "#333333", Width = 1 });
        for (int i = 0; i < items.Count; i++)
        {
            double place = items.Count - 1 - i;
            chart.Line("", [1, items[i].Ratio], [place, place], items[i].Ratio >= 1 ? s_ahead : s_behind);
        }

        return chart;
    }
}
