using System.Text.RegularExpressions;
using DeepSharp.Persistence;
using ScottPlot;
using ScottPlot.Plottables;
using SkiaSharp;

namespace DeepSharp.Charts;

/// <summary>Lines with gaps, logarithms and legends; and files that are written whole or not at all.</summary>
public static partial class PlotExtensions
{
    // What is beyond has no room on an axis: the difference of its ends would be infinite.
    private const double Farthest = 1e300;
    private const int Buckets = 1000;
    private const int FewPoints = 30;
    private const int LargestSide = 10_000;

    // After one round of colours the same ones return with another pattern.
    private static readonly LinePattern[] s_patterns = [LinePattern.Solid, LinePattern.DenselyDashed, LinePattern.Dotted, LinePattern.Dashed];

    /// <summary>Adds a line through points, in the next colour; a name makes a legend, beside the plot.</summary>
    /// <remarks>
    /// Values that are NaN or infinite, beyond ±1e300, or not above 0 on a logarithmic axis, are gaps; a value between two gaps is a dot. Of a line of
    /// many thousand points, as few are drawn as show all of its peaks.
    /// </remarks>
    /// <param name="plot">The plot, from <see cref="Plots.New"/> or any other.</param>
    /// <param name="name">The name in the legend; empty for none.</param>
    /// <param name="x">Where the points stand on the horizontal axis.</param>
    /// <param name="y">Where they stand on the vertical axis.</param>
    /// <returns>The line, to change its looks.</returns>
    /// <exception cref="ArgumentException">There are not as many x as y.</exception>
    public static Scatter AddLine(this Plot plot, string name, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        (double[] xs, double[] ys) = Shown(plot, name, x, y);
        int number = plot.GetPlottables<Scatter>().Count();
        (double[] lineX, double[] lineY) = Reduced(xs, ys);
        Scatter line = plot.Add.Scatter(lineX, lineY);
        line.LegendText = AxisText.Of(name);
        line.LineWidth = 1.8f;
        line.LinePattern = s_patterns[number / plot.Add.Palette.Colors.Length % s_patterns.Length];
        // With few points one wants to see each of them.
        line.MarkerSize = xs.Length <= FewPoints ? 5 : 0;
        int[] lonely = xs.Length <= FewPoints ? [] : [.. Enumerable.Range(0, ys.Length).Where(i => Is(i) && !Is(i - 1) && !Is(i + 1))];
        if (lonely.Length > 0)
        {
            plot.Add.Markers([.. lonely.Select(i => xs[i])], (double[])[.. lonely.Select(i => ys[i])], MarkerShape.FilledCircle, 3, line.Color);
        }

        ListInLegend(plot);
        return line;

        bool Is(int i) => i >= 0 && i < ys.Length && !double.IsNaN(ys[i]);
    }

    /// <summary>Adds points that no line joins, in the next colour.</summary>
    /// <param name="plot">The plot, from <see cref="Plots.New"/> or any other.</param>
    /// <param name="name">The name in the legend; empty for none.</param>
    /// <param name="x">Where the points stand on the horizontal axis.</param>
    /// <param name="y">Where they stand on the vertical axis.</param>
    /// <returns>The points, to change their looks.</returns>
    /// <exception cref="ArgumentException">There are not as many x as y.</exception>
    public static Scatter AddPoints(this Plot plot, string name, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        (double[] xs, double[] ys) = Shown(plot, name, x, y);
        Scatter points = plot.Add.ScatterPoints(xs, ys);
        points.LegendText = AxisText.Of(name);
        points.MarkerSize = 5;
        ListInLegend(plot);
        return points;
    }

    /// <summary>Writes the plot to a file, whole or not at all; a name that ends in .svg (or has no ending), .png, .jpg or .webp says as what.</summary>
    /// <remarks>ScottPlot's own <c>Save</c>, <c>SavePng</c> and <c>SaveSvg</c> write into the old file, which is lost if anything goes wrong.</remarks>
    /// <param name="plot">The plot.</param>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <exception cref="ArgumentException">The ending is none of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side has less than one or more than 10,000 pixels.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void SaveTo(this Plot plot, string path, int width = 720, int height = 420)
    {
        ArgumentNullException.ThrowIfNull(plot);
        Write(path, width, height, () => plot.GetSvgXml(width, height), () => plot.GetImage(width, height));
    }

    /// <summary>Writes plots that stand side by side to a file, whole or not at all; a name that ends in .svg (or has no ending), .png, .jpg or .webp
    /// says as what.</summary>
    /// <param name="plots">The plots.</param>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <param name="width">The width in pixels; 480 for each column if null.</param>
    /// <param name="height">The height in pixels; 330 for each row if null.</param>
    /// <exception cref="ArgumentException">The ending is none of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side has less than one or more than 10,000 pixels.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void SaveTo(this Multiplot plots, string path, int? width = null, int? height = null)
    {
        ArgumentNullException.ThrowIfNull(plots);
        PixelRect[] places = plots.Layout.GetSubplotRectangles(plots.Subplots, new PixelRect(0, 1000, 1000, 0));
        int wide = width ?? Math.Min(LargestSide, 480 * places.Select(static place => place.Left).Distinct().Count());
        int high = height ?? Math.Min(LargestSide, 330 * places.Select(static place => place.Top).Distinct().Count());
        Write(path, wide, high, () => Svg(plots, wide, high), () => plots.Render(wide, high));
    }

    private static void Write(string path, int width, int height, Func<string> svg, Func<Image> image)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach ((string name, int side) in new[] { (nameof(width), width), (nameof(height), height) })
        {
            if (side is < 1 or > LargestSide)
            {
                throw new ArgumentOutOfRangeException(name, $"SaveTo: the {name} of {path} has to be from 1 to {LargestSide:N0} pixels, and is {side:N0}.");
            }
        }

        string ending = Path.GetExtension(path);
        ImageFormat? format = ending.ToUpperInvariant() switch
        {
            "" or ".SVG" => null,
            ".PNG" => ImageFormat.Png,
            ".JPG" or ".JPEG" => ImageFormat.Jpeg,
            ".WEBP" => ImageFormat.Webp,
            _ => throw new ArgumentException($"SaveTo: {path} ends in {ending}; a picture can be .svg, .png, .jpg or .webp.", nameof(path)),
        };
        if (format is null)
        {
            // Where the font is missing, one of the same widths comes close; and cells of a heat map are to be cells, not clouds.
            AtomicFile.WriteText(path, Numbered(svg())
                .Replace($"font-family=\"{BundledFont.Name}\"", $"font-family=\"{BundledFont.Name}, Verdana, sans-serif\"", StringComparison.Ordinal)
                .Replace("<image ", "<image style=\"image-rendering:pixelated\" ", StringComparison.Ordinal));
            return;
        }

        using Image drawn = image();
        byte[] bytes = drawn.GetImageBytes(format.Value, 90);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    // SkiaSharp numbers clips and images from the start of the process; from the start of the file, the same plot gives the same bytes.
    private static string Numbered(string svg)
    {
        Dictionary<string, int> numbers = [];
        return Name().Replace(svg, name =>
        {
            numbers.TryAdd(name.Value, numbers.Count + 1);
            return $"{name.Groups["kind"].Value}{numbers[name.Value]}";
        });
    }

    private static string Svg(Multiplot plots, int width, int height)
    {
        // Legends are measured when they are drawn, and laid out the next time.
        plots.Render(width, height).Dispose();
        using MemoryStream text = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), text))
        {
            PixelRect[] places = plots.Layout.GetSubplotRectangles(plots.Subplots, new PixelRect(0, width, height, 0));
            for (int i = 0; i < places.Length; i++)
            {
                plots.GetPlot(i).Render(canvas, places[i]);
            }
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private static (double[] X, double[] Y) Shown(Plot plot, string name, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(plot);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"'{name}' has {x.Count} x and {y.Count} y; a line or points need as many of both.", nameof(y));
        }

        BundledFont.Use();
        bool logX = plot.Axes.Bottom.TickGenerator is LogTicks;
        bool logY = plot.Axes.Left.TickGenerator is LogTicks;
        return ([.. x.Select(value => Place(value, logX)).DefaultIfEmpty(double.NaN)], [.. y.Select(value => Place(value, logY)).DefaultIfEmpty(double.NaN)]);
    }

    private static double Place(double value, bool log) => log
        ? value > 0 && double.IsFinite(value) ? Math.Log10(value) : double.NaN
        : Math.Abs(value) <= Farthest ? value : double.NaN;

    // First, least, greatest and last of each part, and a gap if it has one, where x goes one way: what a column of pixels shows.
    private static (double[] X, double[] Y) Reduced(double[] x, double[] y)
    {
        if (x.Length <= 4 * Buckets || Enumerable.Range(1, x.Length - 1).Any(i => !(x[i] >= x[i - 1])))
        {
            return (x, y);
        }

        List<int> kept = [];
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            int from = (int)((long)x.Length * bucket / Buckets);
            int to = (int)((long)x.Length * (bucket + 1) / Buckets);
            int[] part = [.. Enumerable.Range(from, to - from)];
            kept.AddRange(((int[])[from, part.MinBy(i => double.IsNaN(y[i]) ? double.PositiveInfinity : y[i]), part.MaxBy(i => y[i]), Math.Max(from, Array.FindIndex(y, from, to - from, double.IsNaN)), to - 1]).Distinct().Order());
        }

        return ([.. kept.Select(i => x[i])], [.. kept.Select(i => y[i])]);
    }

    // Beside the data, so that it hides no line.
    private static void ListInLegend(Plot plot)
    {
        if (plot.Axes.GetPanels().OfType<ScottPlot.Panels.LegendPanel>().Any() || plot.Legend.GetItems().Length == 0)
        {
            return;
        }

        ScottPlot.Panels.LegendPanel panel = plot.ShowLegend(Edge.Right);
        panel.Alignment = Alignment.UpperLeft;
        panel.Padding = new PixelPadding(2, 8, 0, 0);
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Padding = new PixelPadding(4, 4, 2, 2);
        plot.Legend.InterItemPadding = new PixelPadding(4, 4, 3, 3);
        plot.Legend.FontSize = 11;
    }

    [GeneratedRegex("""(?<=\sid="|"url\(#|href="#)(?<kind>[a-z]+_)[0-9a-f]+""")]
    private static partial Regex Name();
}
