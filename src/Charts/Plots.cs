using DeepSharp.Training;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace DeepSharp.Charts;

/// <summary>Plots to begin with, and several on a page.</summary>
public static class Plots
{
    // Okabe, Ito 2008, "Color Universal Design", without yellow, which is too light for lines.
    private static readonly ScottPlot.Palettes.Custom s_palette = new(
        ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333"], "DeepSharp", "Can be told apart with any kind of colour vision.");

    /// <summary>An empty plot: axes that will show all of their lines, colours for every kind of colour vision, numbers as the invariant culture
    /// writes them.</summary>
    /// <remarks>
    /// Lines come by <see cref="PlotExtensions.AddLine"/>, everything else by ScottPlot's own methods. ScottPlot has no logarithmic axis: values stand on
    /// it as logarithms, and its ticks are named after what they stand for. <c>AddLine</c> and <c>AddPoints</c> take the logarithm; what is given to
    /// ScottPlot's methods, and limits, have to be logarithms to base ten.
    /// </remarks>
    /// <param name="title">What it shows.</param>
    /// <param name="xLabel">The name of the horizontal axis.</param>
    /// <param name="yLabel">The name of the vertical axis.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    public static Plot New(string title = "", string xLabel = "", string yLabel = "", bool logX = false, bool logY = false)
    {
        BundledFont.Use();
        Plot plot = new();
        plot.Title(AxisText.Of(title), 14);
        plot.XLabel(AxisText.Of(xLabel), 12);
        plot.YLabel(AxisText.Of(yLabel), 12);
        plot.Axes.Title.Label.Bold = plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickGenerator = Ticks(logX);
        plot.Axes.Left.TickGenerator = Ticks(logY);
        if (plot.Axes.Left is ScottPlot.AxisPanels.AxisBase left)
        {
            left.PaddingBetweenTickAndAxisLabels = new PixelPadding(7, 3);
            left.PaddingOutsideAxisLabels = new PixelPadding(5, 2);
        }

        plot.Axes.AutoScaler = new WholeData();
        plot.Add.Palette = s_palette;
        return plot;
    }

    /// <summary>Plots side by side, in rows from left to right.</summary>
    /// <param name="plots">The plots.</param>
    /// <param name="columns">How many stand in a row.</param>
    /// <exception cref="ArgumentException">There is no plot.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one column.</exception>
    public static Multiplot Grid(IReadOnlyList<Plot> plots, int columns = 2)
    {
        ArgumentNullException.ThrowIfNull(plots);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (plots.Count == 0)
        {
            throw new ArgumentException("Plots.Grid: there is no plot.", nameof(plots));
        }

        Multiplot page = new(plots[0]);
        foreach (Plot plot in plots.Skip(1))
        {
            page.AddPlot(plot);
        }

        columns = Math.Min(columns, plots.Count);
        page.Layout = new ScottPlot.MultiplotLayouts.Grid((plots.Count + columns - 1) / columns, columns);
        return page;
    }

    /// <summary>Several trainings against each other: a plot for each value that their epochs have, a line for each training.</summary>
    /// <param name="histories">What the calls of <c>Fit</c> returned, and their names.</param>
    /// <exception cref="ArgumentException">There is no history.</exception>
    /// <exception cref="InvalidOperationException">No history has an epoch yet.</exception>
    public static Multiplot Compare(IReadOnlyList<(string Name, History History)> histories)
    {
        ArgumentNullException.ThrowIfNull(histories);
        return histories.Count > 0
            ? HistoryPlots.Compare(histories)
            : throw new ArgumentException("Plots.Compare: there is no history. Give it what Fit returned, each with a name.", nameof(histories));
    }

    /// <summary>The lines along which a function of two variables has equal values: a map on which <see cref="PlotExtensions.AddLine"/> draws paths.</summary>
    /// <param name="function">The function of x and y. Where it is not finite, it counts as higher than every line.</param>
    /// <param name="x">The limits of the horizontal axis.</param>
    /// <param name="y">The limits of the vertical axis.</param>
    /// <param name="levels">The values; if null, ten between which the function lies equally often.</param>
    /// <param name="resolution">Into how many cells each axis is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">Limits are not finite or the wrong way round, or there is less than one cell.</exception>
    public static Plot Contours(
        Func<double, double, double> function, (double Low, double High) x, (double Low, double High) y, IEnumerable<double>? levels = null, int resolution = 150)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(resolution, 1);
        Check(x, nameof(x));
        Check(y, nameof(y));
        const double High = 1e300;
        Coordinates3d[,] heights = new Coordinates3d[resolution + 1, resolution + 1];
        for (int row = 0; row <= resolution; row++)
        {
            for (int column = 0; column <= resolution; column++)
            {
                (double atX, double atY) = (x.Low + ((x.High - x.Low) * column / resolution), y.Low + ((y.High - y.Low) * row / resolution));
                double height = function(atX, atY);
                heights[row, column] = new(atX, atY, double.IsFinite(height) ? Math.Clamp(height, -High, High) : High);
            }
        }

        ScottPlot.Plottables.ContourLines lines = new()
        {
            ContourLineLevels = [.. (levels ?? Quantiles(heights.Cast<Coordinates3d>().Select(static at => at.Z).Where(static z => z < High))).Where(double.IsFinite).Order()],
            LineColor = Color.FromHex("#b4bcc4"),
            LineWidth = 1,
        };
        lines.LabelStyle.IsVisible = false;
        lines.Update(heights);
        Plot plot = New();
        plot.Add.Plottable(lines);
        plot.HideGrid();
        plot.Axes.SetLimits(x.Low, x.High, y.Low, y.High);
        return plot;
    }

    /// <summary>Ticks of an axis; on one of epochs or the like, at whole numbers.</summary>
    internal static ITickGenerator Ticks(bool log = false, bool whole = false) => log ? new LogTicks() : new NumericAutomatic
    {
        LabelFormatter = AxisText.Of,
        IntegerTicksOnly = whole,
        MinorTickGenerator = new EvenlySpacedMinorTickGenerator(whole ? 1 : 5),
    };

    private static IEnumerable<double> Quantiles(IEnumerable<double> heights)
    {
        double[] sorted = [.. heights.Order()];
        return sorted.Length == 0 ? [] : Enumerable.Range(0, 10).Select(i => sorted[(int)((i + 0.5) / 10 * sorted.Length)]).Distinct();
    }

    private static void Check((double Low, double High) limits, string axis)
    {
        if (!(limits.Low < limits.High && double.IsFinite(limits.High - limits.Low)))
        {
            throw new ArgumentOutOfRangeException(axis, $"Plots.Contours: {axis} has to go from a finite number to a higher one, not from {limits.Low} to {limits.High}.");
        }
    }
}
