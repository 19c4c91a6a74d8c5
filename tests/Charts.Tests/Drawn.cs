using System.Xml.Linq;
using DeepSharp.Charts;
using ScottPlot;

namespace DeepSharp.Tests;

/// <summary>What a picture shows, read back.</summary>
internal static class Drawn
{
    /// <summary>The texts of a plot's SVG.</summary>
    internal static string[] Texts(Plot plot)
    {
        using TemporaryFolder folder = new();
        plot.SaveTo(folder["a.svg"]);
        return Texts(folder["a.svg"]);
    }

    internal static string[] Texts(Multiplot plots)
    {
        using TemporaryFolder folder = new();
        plots.SaveTo(folder["a.svg"]);
        return Texts(folder["a.svg"]);
    }

    internal static string[] Texts(string file) =>
        [.. XDocument.Load(file).Descendants(XName.Get("text", "http://www.w3.org/2000/svg")).Select(static text => text.Value.Trim())];

    /// <summary>The labels of an axis after drawing.</summary>
    internal static string[] Labels(Plot plot, Func<AxisManager, IAxis> axis, int width = 600, int height = 400)
    {
        plot.RenderInMemory(width, height);
        return [.. axis(plot.Axes).TickGenerator.Ticks.Where(static tick => tick.IsMajor).Select(static tick => tick.Label)];
    }

    /// <summary>The limits of the axes after drawing.</summary>
    internal static AxisLimits Limits(Plot plot)
    {
        plot.RenderInMemory(600, 400);
        return plot.Axes.GetLimits();
    }

    internal static ScottPlot.Plottables.Scatter[] Lines(Plot plot) => [.. plot.GetPlottables<ScottPlot.Plottables.Scatter>()];

    internal static (double X, double Y)[] Points(ScottPlot.Plottables.Scatter line) => [.. line.Data.GetScatterPoints().Select(static at => (at.X, at.Y))];
}
