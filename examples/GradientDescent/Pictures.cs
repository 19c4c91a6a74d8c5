using System.Globalization;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Examples.GradientDescent;

/// <summary>Draws what happened.</summary>
internal static class Pictures
{
    private const int Shown = 150;
    private static readonly ChartStyle s_data = new() { Color = "#9a9a9a", MarkerSize = 1.6 };

    internal static void Draw(Line line, Descent[] descents, ulong seed, string path)
    {
        double[] temperatures = Temperatures(365, seed);
        Chart[] charts =
        [
            ByEpochs(line, descents), BySteps(line, descents), Paths(line, descents), Fit(line, descents), Smoothed(temperatures),
            Corrected(temperatures),
        ];
        new ChartPage(charts) { PanelWidth = 500, PanelHeight = 320 }.Save(path);
    }

    private static Chart ByEpochs(Line line, Descent[] descents)
    {
        Chart chart = new("Cost over passes through the data")
        {
            XAxis = { Label = "epoch" },
            YAxis = { Label = "mean squared error of all samples", Scale = AxisScale.Log },
        };
        Each(line, descents, (descent, costs, style) => chart.Line(
            descent.Name, [.. Enumerable.Range(0, costs.Length).Select(step => (double)step / descent.StepsPerEpoch)], costs,
            style.Width < 2 ? style with { Width = 0.6, Opacity = 0.6 } : style));
        return chart;
    }

    private static Chart BySteps(Line line, Descent[] descents)
    {
        Chart chart = new("Cost over steps")
        {
            XAxis = { Label = "step", Minimum = 0, Maximum = 100 },
            YAxis = { Label = "mean squared error of all samples", Scale = AxisScale.Log },
        };
        Each(line, descents, (descent, costs, style) => chart.Line(descent.Name, [.. costs.Take(101)], style));
        return chart;
    }

    private static Chart Paths(Line line, Descent[] descents)
    {
        (double slope, double intercept) = line.Best();
        Chart chart = new($"Paths over the cost's contour lines, {Shown} steps at most")
        {
            XAxis = { Label = "slope", Minimum = -1.5, Maximum = 5 },
            YAxis = { Label = "intercept", Minimum = -1, Maximum = 4 },
        };
        double least = line.Cost(slope, intercept);
        chart.Contours(line.Cost, Enumerable.Range(0, 14).Select(i => least + (0.03 * Math.Pow(1.75, i))));
        // The most restless path lies below the others.
        Each(line, descents, (descent, _, style) => chart.Line(
            descent.Name,
            [.. descent.Slopes.Take(Shown + 1)],
            [.. descent.Intercepts.Take(Shown + 1)],
            style with { Marker = descent.StepsPerEpoch == 1 ? ChartMarker.Circle : ChartMarker.None }));
        return chart.Points("least squares", [slope], [intercept], new ChartStyle { Color = "#000000", Marker = ChartMarker.Star, MarkerSize = 7 });
    }

    private static Chart Fit(Line line, Descent[] descents)
    {
        Chart chart = new("Data and lines found")
        {
            XAxis = { Label = "x", Minimum = 0, Maximum = 2 },
            YAxis = { Label = "y" },
        };
        chart.Points("samples", line.X, line.Y, s_data);
        Each(line, descents, (descent, _, style) => chart.Line(
            descent.Name, [0, 2], [descent.Intercepts[^1], (2 * descent.Slopes[^1]) + descent.Intercepts[^1]], style));
        return chart.Line(
            string.Create(CultureInfo.InvariantCulture, $"true: {Line.Slope} x + {Line.Intercept}"), [0, 2],
            [Line.Intercept, (2 * Line.Slope) + Line.Intercept], new ChartStyle { Color = "#000000", Dashes = "2 3" });
    }

    private static Chart Smoothed(double[] series)
    {
        Chart chart = new("Exponentially weighted averages of a noisy series, bias corrected")
        {
            XAxis = { Label = "day" },
            YAxis = { Label = "temperature, °C" },
        };
        chart.Points("each day", [.. Enumerable.Range(0, series.Length).Select(static i => (double)i)], series, s_data);
        foreach ((double beta, int style) in new[] { (0.7, 5), (0.9, 0), (0.98, 1) })
        {
            chart.Line(Beta(beta), ExponentialMovingAverage.Of(series, beta, biasCorrection: true), ChartPalette.Style(style));
        }

        return chart;
    }

    private static Chart Corrected(double[] series)
    {
        double[] first = [.. series.Take(100)];
        Chart chart = new("Their first days, with and without bias correction")
        {
            XAxis = { Label = "day" },
            YAxis = { Label = "temperature, °C" },
        };
        chart.Points("each day", [.. Enumerable.Range(0, first.Length).Select(static i => (double)i)], first, s_data);
        foreach ((double beta, int style) in new[] { (0.9, 0), (0.98, 1) })
        {
            chart.Line(Beta(beta) + ", corrected", ExponentialMovingAverage.Of(first, beta, biasCorrection: true), ChartPalette.Style(style));
            chart.Line(Beta(beta) + ", not corrected", ExponentialMovingAverage.Of(first, beta), ChartPalette.Style(style) with { Dashes = "5 3" });
        }

        return chart;
    }

    /// <summary>A year of noisy temperatures.</summary>
    private static double[] Temperatures(int days, ulong seed)
    {
        Random random = new((int)(seed % int.MaxValue));
        return [.. Enumerable.Range(0, days).Select(day => 15 - (7 * Math.Cos(2 * Math.PI * (day - 20) / 365.0)) + (2.5 * Line.Normal(random)))];
    }

    private static string Beta(double beta) => string.Create(CultureInfo.InvariantCulture, $"β = {beta}");

    private static void Each(Line line, Descent[] descents, Action<Descent, double[], ChartStyle> draw)
    {
        for (int i = 0; i < descents.Length; i++)
        {
            double[] costs = [.. descents[i].Slopes.Zip(descents[i].Intercepts, line.Cost)];
            draw(descents[i], costs, ChartPalette.Style(i) with { Width = i == 0 ? 1 : 2 });
        }
    }
}
