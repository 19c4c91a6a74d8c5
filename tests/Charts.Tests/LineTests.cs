using DeepSharp.Charts;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Tests;

/// <summary>Lines, their gaps and their names.</summary>
public class LineTests
{
    [Fact]
    public void Values_that_are_no_numbers_are_gaps()
    {
        Plot plot = Plots.New();
        plot.AddLine("", [0, 1, 2, 3, 4, 5], [1, double.NaN, double.PositiveInfinity, 2, -1e305, 3]);
        Assert.Equal([1, double.NaN, double.NaN, 2, double.NaN, 3], Drawn.Points(Drawn.Lines(plot)[0]).Select(static at => at.Y));
        plot = Plots.New(logY: true);
        plot.AddLine("", [0, 1, 2], [0, -1, 100]);
        Assert.Equal([double.NaN, double.NaN, 2], Drawn.Points(Drawn.Lines(plot)[0]).Select(static at => at.Y));
    }

    [Fact]
    public void A_value_between_gaps_is_a_dot()
    {
        double[] y = [.. Enumerable.Range(0, 100).Select(static i => i is 49 or 51 ? double.NaN : i)];
        Plot plot = Plots.New();
        Scatter line = plot.AddLine("", [.. Enumerable.Range(0, 100).Select(static i => (double)i)], y);
        Assert.Equal(0, line.MarkerSize);
        Markers dot = Assert.Single(plot.GetPlottables<Markers>());
        Assert.Equal(new AxisLimits(50, 50, 50, 50), dot.GetAxisLimits());
        Assert.True(plot.AddLine("", [1, 2], [3, 4]).MarkerSize > 0);
    }

    [Fact]
    public void Long_lines_keep_their_extremes_and_gaps_in_few_points()
    {
        double[] x = [.. Enumerable.Range(0, 100_000).Select(static i => (double)i)];
        double[] y = [.. x.Select(static i => Math.Sin(i * 0.37))];
        (y[77_777], y[33_333], y[50_000]) = (5, -5, double.NaN);
        Plot plot = Plots.New();
        (double X, double Y)[] points = Drawn.Points(plot.AddLine("", x, y));
        Assert.InRange(points.Length, 1000, 5000);
        Assert.Contains((77_777, 5), points);
        Assert.Contains((33_333, -5), points);
        Assert.Contains(points, static at => at.X == 50_000 && double.IsNaN(at.Y));
        Assert.Equal((0, 99_999), (points[0].X, points[^1].X));
        Assert.Equal(points.Select(static at => at.X).Order(), points.Select(static at => at.X));

        // A path that turns round keeps all of its points.
        Assert.Equal(100_000, Drawn.Points(plot.AddLine("", [.. y], [.. x])).Length);
    }

    [Fact]
    public void Names_make_a_legend_in_their_order_and_after_seven_colours_lines_are_dashed()
    {
        Plot plot = Plots.New();
        plot.AddLine("", [0, 1], [5, 5]);
        Assert.Empty(plot.Axes.GetPanels().OfType<ScottPlot.Panels.LegendPanel>());
        for (int i = 0; i < 10; i++)
        {
            plot.AddLine($"line {i}", [0, 1], [i, 2]);
        }

        Assert.Single(plot.Axes.GetPanels().OfType<ScottPlot.Panels.LegendPanel>());
        Scatter[] lines = Drawn.Lines(plot);
        Assert.Equal(11, lines.Select(static line => (line.Color, line.LinePattern.Name)).Distinct().Count());
        Assert.Equal([.. Enumerable.Range(0, 10).Select(static i => $"line {i}")], Drawn.Texts(plot).Where(static text => text.StartsWith("line", StringComparison.Ordinal)));
    }

    [Fact]
    public void Texts_are_escaped()
    {
        const string odd = "a < b && \"c\" > 'd' \u0001 \ud800 \ud83d\ude00 ]]>";
        const string shown = "a < b && \"c\" > 'd' \ufffd \ufffd \ud83d\ude00 ]]>";
        Plot plot = Plots.New(odd, odd, odd);
        plot.AddLine(odd, [0, 1], [0, 1]);
        Assert.Equal(4, Drawn.Texts(plot).Count(static text => text == shown));
    }

    [Fact]
    public void Uneven_numbers_are_refused()
    {
        string message = Assert.Throws<ArgumentException>(static () => Plots.New().AddLine("a", [1, 2, 3], [1, 2])).Message;
        Assert.Contains("'a' has 3 x and 2 y", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => Plots.New().AddPoints("a", [1], []));
        Assert.Throws<ArgumentException>(static () => Plots.Grid([]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Plots.Grid([Plots.New()], 0));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(1.7)]
    public void The_contour_of_a_cone_is_a_closed_circle(double radius)
    {
        Plot plot = Plots.Contours(double.Hypot, (-2, 2), (-2, 2), [radius, double.NaN]);
        ContourLine circle = Assert.Single(Assert.Single(plot.GetPlottables<ContourLines>()).Lines);
        Coordinates[] points = circle.Path.Points;
        Assert.All(points, at => Assert.Equal(radius, double.Hypot(at.X, at.Y), 2e-3));
        double length = points.Zip(points.Skip(1)).Sum(static pair => double.Hypot(pair.Second.X - pair.First.X, pair.Second.Y - pair.First.Y));
        Assert.Equal(2 * Math.PI * radius, length, 0.02 * radius);
        plot.AddLine("path", [0, 10], [0, 10]);
        Assert.Equal(new AxisLimits(-2, 2, -2, 2), Drawn.Limits(plot));
    }

    [Fact]
    public void Contours_stand_aside_where_the_function_is_not_finite()
    {
        Plot plot = Plots.Contours(static (x, y) => y > 0 ? x > 0 ? double.NaN : double.PositiveInfinity : double.Hypot(x, y), (-2, 2), (-2, 2));
        ContourLine[] lines = [.. Assert.Single(plot.GetPlottables<ContourLines>()).Lines];
        Assert.InRange(lines.Length, 10, 100);
        Assert.All(lines.SelectMany(static line => line.Path.Points), static at => Assert.True(double.IsFinite(at.X) && at.Y <= 0.05));
        Assert.NotEmpty(Drawn.Texts(plot));
        Assert.Empty(Assert.Single(Plots.Contours(static (_, _) => double.NaN, (0, 1), (0, 1)).GetPlottables<ContourLines>()).Lines);
        Assert.Empty(Assert.Single(Plots.Contours(static (_, _) => 3, (0, 1), (0, 1)).GetPlottables<ContourLines>()).Lines);
        Assert.Throws<ArgumentOutOfRangeException>(static () => Plots.Contours(static (x, _) => x, (1, 1), (0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Plots.Contours(static (x, _) => x, (0, 1), (0, double.NaN)));
    }
}
