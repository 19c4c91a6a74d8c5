using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>A chart with two axes: lines, points, and contour lines under them. Written as SVG.</summary>
/// <remarks>
/// What is added first is drawn first. Values that are NaN or infinite, or not above 0 on a logarithmic axis, are gaps in a line.
/// Several charts on one page: <see cref="ChartPage"/>. The same chart always gives the same bytes.
/// <code>
/// new Chart("Loss") { XAxis = { Label = "step" }, YAxis = { Scale = AxisScale.Log } }
///     .Line("Adam", losses)
///     .Save("loss.svg");
/// </code>
/// </remarks>
public sealed class Chart
{
    private readonly List<ChartLayer> _layers = [];
    private int _styles;

    /// <summary>An empty chart.</summary>
    /// <param name="title">What it shows.</param>
    public Chart(string title = "")
    {
        ArgumentNullException.ThrowIfNull(title);
        Title = title;
    }

    /// <summary>What the chart shows.</summary>
    public string Title { get; }

    /// <summary>The horizontal axis.</summary>
    public ChartAxis XAxis { get; } = new();

    /// <summary>The vertical axis.</summary>
    public ChartAxis YAxis { get; } = new();

    /// <summary>Whether a legend lists the lines that have names; it takes two of them at least.</summary>
    public bool Legend { get; set; } = true;

    internal IReadOnlyList<ChartLayer> Layers => _layers;

    internal IEnumerable<LineLayer> Named => _layers.OfType<LineLayer>().Where(static line => line.Name.Length > 0);

    /// <summary>Adds a line through points.</summary>
    /// <param name="name">Its name in the legend; empty for none.</param>
    /// <param name="x">Where the points stand on the horizontal axis.</param>
    /// <param name="y">Where they stand on the vertical axis.</param>
    /// <param name="style">How it looks; the next of <see cref="ChartPalette"/> if null.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException">There are not as many x as y.</exception>
    public Chart Line(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, ChartStyle? style = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"Chart: the line '{name}' has {x.Count} x and {y.Count} y; it needs as many of both.", nameof(y));
        }

        _layers.Add(new LineLayer(name, [.. x], [.. y], style ?? ChartPalette.Style(_styles++)));
        return this;
    }

    /// <summary>Adds a line through values at 0, 1, 2 and so on.</summary>
    /// <param name="name">Its name in the legend; empty for none.</param>
    /// <param name="y">Where the points stand on the vertical axis.</param>
    /// <param name="style">How it looks; the next of <see cref="ChartPalette"/> if null.</param>
    /// <returns>This chart.</returns>
    public Chart Line(string name, IReadOnlyList<double> y, ChartStyle? style = null)
    {
        ArgumentNullException.ThrowIfNull(y);
        return Line(name, [.. Enumerable.Range(0, y.Count).Select(static i => (double)i)], y, style);
    }

    /// <summary>Adds points that no line joins.</summary>
    /// <param name="name">Their name in the legend; empty for none.</param>
    /// <param name="x">Where they stand on the horizontal axis.</param>
    /// <param name="y">Where they stand on the vertical axis.</param>
    /// <param name="style">How they look; circles in the next colour of <see cref="ChartPalette"/> if null.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentException">There are not as many x as y.</exception>
    public Chart Points(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, ChartStyle? style = null)
    {
        style ??= ChartPalette.Style(_styles++);
        return Line(name, x, y, style with { Width = 0, Marker = style.Marker == ChartMarker.None ? ChartMarker.Circle : style.Marker });
    }

    /// <summary>Adds the lines along which a function of x and y has given values, in place of the grid. Set the limits of both axes, too.</summary>
    /// <param name="function">The function.</param>
    /// <param name="levels">The values.</param>
    /// <param name="resolution">Into how many cells each axis is cut.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one cell.</exception>
    public Chart Contours(Func<double, double, double> function, IEnumerable<double> levels, int resolution = 200)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(levels);
        Bounds.AtLeast(1, resolution, nameof(Contours));
        _layers.Add(new ContourLayer(function, [.. levels.Where(double.IsFinite).Order()], resolution));
        return this;
    }

    /// <summary>The chart as an SVG document.</summary>
    /// <param name="width">The width in pixels, at least 200.</param>
    /// <param name="height">The height in pixels, at least 150.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is too small.</exception>
    public string ToSvg(int width = 720, int height = 420) => new ChartPage([this]) { PanelWidth = width, PanelHeight = height }.ToSvg();

    /// <summary>Writes the chart to an SVG file, whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <param name="width">The width in pixels, at least 200.</param>
    /// <param name="height">The height in pixels, at least 150.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is too small.</exception>
    public void Save(string path, int width = 720, int height = 420) => AtomicFile.WriteText(path, ToSvg(width, height));

    /// <summary>The title and the number of lines.</summary>
    public override string ToString() =>
        $"Chart '{Title}', {_layers.Count} layers";
}
