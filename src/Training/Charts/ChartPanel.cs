using System.Globalization;
using System.Text;

namespace DeepSharp.Training;

/// <summary>Draws one chart into a rectangle of a page.</summary>
internal sealed class ChartPanel
{
    private const double FontSize = 11;
    private readonly Chart _chart;
    private readonly string _clip;
    private readonly double _x;
    private readonly double _y;
    private readonly AxisRange _xRange;
    private readonly AxisRange _yRange;
    private readonly IReadOnlyList<AxisTick> _xTicks;
    private readonly IReadOnlyList<AxisTick> _yTicks;
    private readonly ChartLegend? _legend;
    private readonly double _left;
    private readonly double _top;
    private readonly double _plotWidth;
    private readonly double _plotHeight;

    internal ChartPanel(Chart chart, int index, double x, double y, double width, double height, bool ownLegend)
    {
        _chart = chart;
        _clip = "plot" + index.ToString(CultureInfo.InvariantCulture);
        _x = x;
        _y = y;
        LineLayer[] lines = [.. chart.Layers.OfType<LineLayer>()];
        bool marked = lines.Any(static line => line.Style.Marker != ChartMarker.None);
        _xRange = chart.XAxis.Range(lines.SelectMany(static line => line.X), marked ? 0.025 : 0);
        _yRange = chart.YAxis.Range(lines.SelectMany(static line => line.Y), 0.05);
        _top = y + (chart.Title.Length > 0 ? 24 : 8);
        double bottom = y + height - 22 - (chart.XAxis.Label.Length > 0 ? 18 : 0);
        if (ownLegend && chart.Legend && chart.Named.Skip(1).Any())
        {
            _legend = new ChartLegend(chart.Named, width - 16);
            _top += _legend.Height + 6;
        }

        _plotHeight = Math.Max(20, bottom - _top);
        _yTicks = chart.YAxis.Ticks(_yRange, (int)Math.Max(2, _plotHeight / 38));
        double labels = _yTicks.Select(static tick => TextWidth.Of(tick.Label, FontSize)).DefaultIfEmpty(0).Max();
        _left = x + labels + 10 + (chart.YAxis.Label.Length > 0 ? 20 : 0);
        _plotWidth = Math.Max(20, x + width - 18 - _left);
        _xTicks = HorizontalTicks();
    }

    internal static void Mark(SvgWriter svg, ChartStyle style, double x, double y)
    {
        double size = style.MarkerSize;
        switch (style.Marker)
        {
            case ChartMarker.Circle:
                svg.Element("circle", ("cx", x), ("cy", y), ("r", size), ("fill", style.Color), ("fill-opacity", Opacity(style)));
                break;
            case ChartMarker.Plus:
                svg.Element(
                    "path", ("d", $"M{N(x - size)} {N(y)}H{N(x + size)}M{N(x)} {N(y - size)}V{N(y + size)}"), ("stroke", style.Color),
                    ("stroke-width", "2"), ("stroke-opacity", Opacity(style)));
                break;
            case ChartMarker.Star:
                StringBuilder path = new();
                for (int i = 0; i < 10; i++)
                {
                    (double sin, double cos) = Math.SinCos(Math.PI * i / 5);
                    double radius = i % 2 == 0 ? size : size * 0.42;
                    path.Append(i == 0 ? 'M' : 'L').Append(N(x + (radius * sin))).Append(' ').Append(N(y - (radius * cos)));
                }

                svg.Element("path", ("d", path.Append('Z').ToString()), ("fill", style.Color), ("fill-opacity", Opacity(style)));
                break;
        }
    }

    internal void Draw(SvgWriter svg)
    {
        svg.Open("g", ("class", "panel"));
        svg.Open("clipPath", ("id", _clip));
        svg.Element("rect", ("x", _left), ("y", _top - 2), ("width", _plotWidth + 2), ("height", _plotHeight + 4));
        svg.Close();
        if (_chart.Title.Length > 0)
        {
            svg.Text("text", _chart.Title, ("class", "heading"), ("x", _x + 4), ("y", _y + 14), ("font-size", "13"), ("font-weight", "bold"));
        }

        _legend?.Draw(svg, _x + 4, _y + (_chart.Title.Length > 0 ? 23 : 4));
        Grid(svg);
        svg.Open("g", ("clip-path", $"url(#{_clip})"), ("fill", "none"), ("stroke-linejoin", "round"), ("stroke-linecap", "butt"));
        foreach (ChartLayer layer in _chart.Layers)
        {
            switch (layer)
            {
                case LineLayer line:
                    Line(svg, line);
                    break;
                case ContourLayer contours:
                    Contours(svg, contours);
                    break;
            }
        }

        svg.Close();
        Axes(svg);
        svg.Close();
    }

    private static string N(double value) => SvgWriter.Number(value);

    private static string Label(ChartAxis axis, AxisTick tick) => axis.Names.Count > 0 ? tick.Label : tick.Label.Replace('-', '\u2212');

    private static string Opacity(ChartStyle style) =>
        style.Opacity >= 1 ? "" : Math.Max(0, style.Opacity).ToString("0.##", CultureInfo.InvariantCulture);

    private double ScreenX(double value) => _left + (_xRange.Position(value) * _plotWidth);

    private double ScreenY(double value) => _top + ((1 - _yRange.Position(value)) * _plotHeight);

    private IReadOnlyList<AxisTick> HorizontalTicks()
    {
        for (int most = 9; ; most--)
        {
            IReadOnlyList<AxisTick> ticks = _chart.XAxis.Ticks(_xRange, most);
            double needed = ticks.Sum(static tick => TextWidth.Of(tick.Label, FontSize) + 14);
            if (needed <= _plotWidth || most == 2)
            {
                return ticks;
            }
        }
    }

    private void Grid(SvgWriter svg)
    {
        svg.Element(
            "rect", ("class", "plot"), ("x", _left), ("y", _top), ("width", _plotWidth), ("height", _plotHeight), ("fill", "none"));
        if (_chart.Layers.Any(static layer => layer is ContourLayer))
        {
            // Lines of equal height are to be seen instead.
            return;
        }

        Stroke("#f0f0f0", _xRange.MinorTicks(), _yRange.MinorTicks());
        Stroke("#dcdcdc", _xTicks.Select(static tick => tick.Value), _yTicks.Select(static tick => tick.Value));

        void Stroke(string color, IEnumerable<double> columns, IEnumerable<double> rows)
        {
            string path = string.Concat(
                columns.Select(value => $"M{N(ScreenX(value))} {N(_top)}V{N(_top + _plotHeight)}")
                    .Concat(rows.Select(value => $"M{N(_left)} {N(ScreenY(value))}H{N(_left + _plotWidth)}")));
            if (path.Length > 0)
            {
                svg.Element("path", ("class", "grid"), ("d", path), ("stroke", color), ("stroke-width", "1"));
            }
        }
    }

    private void Axes(SvgWriter svg)
    {
        double bottom = _top + _plotHeight;
        svg.Element(
            "path", ("class", "axes"), ("d", $"M{N(_left)} {N(_top)}V{N(bottom)}H{N(_left + _plotWidth)}"), ("fill", "none"),
            ("stroke", "#777777"));
        foreach (AxisTick tick in _xTicks)
        {
            svg.Text("text", Label(_chart.XAxis, tick), ("class", "x-tick"), ("x", ScreenX(tick.Value)), ("y", bottom + 16), ("text-anchor", "middle"));
        }

        foreach (AxisTick tick in _yTicks)
        {
            svg.Text("text", Label(_chart.YAxis, tick), ("class", "y-tick"), ("x", _left - 6), ("y", ScreenY(tick.Value) + 4), ("text-anchor", "end"));
        }

        if (_chart.XAxis.Label.Length > 0)
        {
            svg.Text(
                "text", _chart.XAxis.Label, ("class", "x-label"), ("x", _left + (_plotWidth / 2)), ("y", bottom + 34),
                ("text-anchor", "middle"), ("fill", "#444444"));
        }

        if (_chart.YAxis.Label.Length > 0)
        {
            double middle = _top + (_plotHeight / 2);
            svg.Text(
                "text", _chart.YAxis.Label, ("class", "y-label"), ("x", _x + 12), ("y", middle),
                ("transform", $"rotate(-90 {N(_x + 12)} {N(middle)})"), ("text-anchor", "middle"), ("fill", "#444444"));
        }
    }

    private void Line(SvgWriter svg, LineLayer line)
    {
        List<(double X, double Y)> points = [];
        StringBuilder path = new();
        List<(double X, double Y)> lonely = [];
        for (int i = 0; i <= line.X.Length; i++)
        {
            double x = i < line.X.Length ? ScreenX(line.X[i]) : double.NaN;
            double y = i < line.X.Length ? ScreenY(line.Y[i]) : double.NaN;
            if (double.IsFinite(x) && double.IsFinite(y))
            {
                points.Add((Limited(x, _left, _plotWidth), Limited(y, _top, _plotHeight)));
                continue;
            }

            if (points.Count == 1)
            {
                lonely.Add(points[0]);
            }

            ChartPath.Append(path, ChartPath.Thin(points));
            points.Clear();
        }

        ChartStyle style = line.Style;
        if (style.Width > 0 && path.Length > 0)
        {
            svg.Element(
                "path", ("class", "line"), ("d", path.ToString()), ("stroke", style.Color), ("stroke-width", style.Width),
                ("stroke-dasharray", style.Dashes), ("stroke-opacity", Opacity(style)));
        }

        if (style.Marker != ChartMarker.None)
        {
            for (int i = 0; i < line.X.Length; i++)
            {
                double x = ScreenX(line.X[i]);
                double y = ScreenY(line.Y[i]);
                if (double.IsFinite(x) && double.IsFinite(y) && Inside(x, y))
                {
                    Mark(svg, style, x, y);
                }
            }
        }
        else if (style.Width > 0)
        {
            // A value between two gaps is no line, and must be seen all the same.
            foreach ((double x, double y) in lonely.Where(point => Inside(point.X, point.Y)))
            {
                Mark(svg, style with { Marker = ChartMarker.Circle, MarkerSize = Math.Max(1.5, style.Width) }, x, y);
            }
        }
    }

    private bool Inside(double x, double y) =>
        x >= _left - 1 && x <= _left + _plotWidth + 1 && y >= _top - 1 && y <= _top + _plotHeight + 1;

    // Far outside, programs that draw SVG lose their precision; the slope of what is seen hardly changes.
    private static double Limited(double value, double start, double length) => Math.Clamp(value, start - (20 * length), start + (21 * length));

    private void Contours(SvgWriter svg, ContourLayer contours)
    {
        int cells = contours.Resolution;
        double[] part = [.. Enumerable.Range(0, cells + 1).Select(i => i / (double)cells)];
        double[,] heights = new double[cells + 1, cells + 1];
        for (int row = 0; row <= cells; row++)
        {
            for (int column = 0; column <= cells; column++)
            {
                heights[row, column] = contours.Function(_xRange.Value(part[column]), _yRange.Value(part[row]));
            }
        }

        double[] x = [.. part.Select(p => _left + (p * _plotWidth))];
        double[] y = [.. part.Select(p => _top + ((1 - p) * _plotHeight))];
        for (int i = 0; i < contours.Levels.Length; i++)
        {
            StringBuilder path = new();
            foreach (IReadOnlyList<(double X, double Y)> line in ContourLines.Trace(x, y, heights, contours.Levels[i]))
            {
                ChartPath.Append(path, ChartPath.Straighten(line));
            }

            if (path.Length > 0)
            {
                // Low levels are darker.
                int shade = contours.Levels.Length == 1 ? 160 : 150 + (70 * i / (contours.Levels.Length - 1));
                svg.Element(
                    "path", ("class", "contour"), ("d", path.ToString()),
                    ("stroke", $"#{shade:x2}{Math.Min(255, shade + 8):x2}{Math.Min(255, shade + 16):x2}"),
                    ("stroke-width", "1"));
            }
        }
    }
}
