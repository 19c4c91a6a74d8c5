using System.Globalization;
using DeepSharp.Charts;
using DeepSharp.Optim;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Examples.GradientDescent;

/// <summary>Draws what happened.</summary>
internal static class Pictures
{
    private const int Shown = 150;

    internal static void Draw(Line line, Descent[] descents, ulong seed, string path)
    {
        double[] temperatures = Temperatures(365, seed);
        Plot[] plots =
        [
            ByEpochs(line, descents), BySteps(line, descents), Paths(line, descents), Fit(line, descents), Smoothed(temperatures),
            Corrected(temperatures),
        ];
        Plots.Grid(plots).SaveTo(path, 1160, 960);
    }

    private static Plot ByEpochs(Line line, Descent[] descents)
    {
        Plot plot = Plots.New("Cost over passes through the data", "epoch", "mean squared error of all samples", logY: true);
        Each(plot, line, descents, static (descent, costs) => ([.. Counted(costs).Select(step => step / descent.StepsPerEpoch)], costs));
        return plot;
    }

    private static Plot BySteps(Line line, Descent[] descents)
    {
        Plot plot = Plots.New("Cost over steps", "step", "mean squared error of all samples", logY: true);
        Each(plot, line, descents, static (_, costs) => (Counted([.. costs.Take(101)]), [.. costs.Take(101)]));
        return plot;
    }

    private static Plot Paths(Line line, Descent[] descents)
    {
        (double slope, double intercept) = line.Best();
        double least = line.Cost(slope, intercept);
        Plot plot = Plots.Contours(line.Cost, (-1.5, 5), (-1, 4), Enumerable.Range(0, 14).Select(i => least + (0.03 * Math.Pow(1.75, i))));
        plot.Title($"Paths over the cost's contour lines, {Shown} steps at most");
        plot.XLabel("slope");
        plot.YLabel("intercept");
        // The most restless path lies below the others.
        Each(plot, line, descents, static (descent, _) => ([.. descent.Slopes.Take(Shown + 1)], [.. descent.Intercepts.Take(Shown + 1)]));
        Scatter best = plot.AddPoints("least squares", [slope], [intercept]);
        best.MarkerShape = MarkerShape.FilledDiamond;
        best.MarkerSize = 11;
        best.Color = Colors.Black;
        return plot;
    }

    private static Plot Fit(Line line, Descent[] descents)
    {
        Plot plot = Plots.New("Data and lines found", "x", "y");
        Each(plot, line, descents, static (descent, _) => ([0, 2], [descent.Intercepts[^1], (2 * descent.Slopes[^1]) + descent.Intercepts[^1]]));
        Scatter truth = plot.AddLine(
            string.Create(CultureInfo.InvariantCulture, $"true: {Line.Slope} x + {Line.Intercept}"), [0, 2],
            [Line.Intercept, (2 * Line.Slope) + Line.Intercept]);
        truth.Color = Colors.Black;
        truth.LinePattern = LinePattern.Dotted;
        truth.MarkerSize = 0;
        Background(plot, "samples", line.X, line.Y);
        return plot;
    }

    private static Plot Smoothed(double[] series)
    {
        Plot plot = Plots.New("Exponentially weighted averages, bias corrected", "day", "temperature, °C");
        foreach (double beta in (double[])[0.7, 0.9, 0.98])
        {
            plot.AddLine(Beta(beta), Counted(series), ExponentialMovingAverage.Of(series, beta, biasCorrection: true));
        }

        Background(plot, "each day", Counted(series), series);
        return plot;
    }

    private static Plot Corrected(double[] series)
    {
        double[] first = [.. series.Take(100)];
        Plot plot = Plots.New("Their first days, with and without bias correction", "day", "temperature, °C");
        foreach (double beta in (double[])[0.9, 0.98])
        {
            Scatter corrected = plot.AddLine(Beta(beta) + ", corrected", Counted(first), ExponentialMovingAverage.Of(first, beta, biasCorrection: true));
            Scatter plain = plot.AddLine(Beta(beta) + ", not corrected", Counted(first), ExponentialMovingAverage.Of(first, beta));
            plain.Color = corrected.Color;
            plain.LinePattern = LinePattern.DenselyDashed;
        }

        Background(plot, "each day", Counted(first), first);
        return plot;
    }

    /// <summary>A year of noisy temperatures.</summary>
    private static double[] Temperatures(int days, ulong seed)
    {
        Random random = new((int)(seed % int.MaxValue));
        return [.. Enumerable.Range(0, days).Select(day => 15 - (7 * Math.Cos(2 * Math.PI * (day - 20) / 365.0)) + (2.5 * Line.Normal(random)))];
    }

    private static string Beta(double beta) => string.Create(CultureInfo.InvariantCulture, $"β = {beta}");

    private static double[] Counted(double[] values) => [.. Enumerable.Range(0, values.Length).Select(static i => (double)i)];

    private static void Background(Plot plot, string name, double[] x, double[] y)
    {
        Scatter points = plot.AddPoints(name, x, y);
        points.Color = Color.FromHex("#9a9a9a");
        points.MarkerSize = 3;
        plot.MoveToBottom(points);
    }

    private static void Each(Plot plot, Line line, Descent[] descents, Func<Descent, double[], (double[] X, double[] Y)> points)
    {
        for (int i = 0; i < descents.Length; i++)
        {
            (double[] x, double[] y) = points(descents[i], [.. descents[i].Slopes.Zip(descents[i].Intercepts, line.Cost)]);
            Scatter drawn = plot.AddLine(descents[i].Name, x, y);
            drawn.MarkerSize = 0;
            // The first one has a step for each sample.
            drawn.LineWidth = i == 0 ? 1 : 2;
        }
    }
}
