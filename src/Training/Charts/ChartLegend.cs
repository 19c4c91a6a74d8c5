namespace DeepSharp.Training;

/// <summary>Names and looks of lines, in rows.</summary>
internal sealed class ChartLegend
{
    private const double RowHeight = 17;
    private const double Sample = 24;
    private readonly List<List<(LineLayer Line, double X)>> _rows = [];

    internal ChartLegend(IEnumerable<LineLayer> lines, double width)
    {
        LineLayer[] all = [.. lines];
        // In more than one row the entries stand in columns of one width.
        double[] widths = [.. all.Select(static line => Sample + 6 + TextWidth.Of(line.Name, 11) + 14)];
        double column = widths.Sum() > width ? widths.Max() : 0;
        double x = 0;
        for (int i = 0; i < all.Length; i++)
        {
            double room = column > 0 ? column : widths[i];
            if (_rows.Count == 0 || x + room - 14 > width)
            {
                _rows.Add([]);
                x = 0;
            }

            _rows[^1].Add((all[i], x));
            x += room;
        }
    }

    internal double Height => _rows.Count * RowHeight;

    internal void Draw(SvgWriter svg, double left, double top)
    {
        for (int row = 0; row < _rows.Count; row++)
        {
            double middle = top + ((row + 0.5) * RowHeight);
            foreach ((LineLayer line, double x) in _rows[row])
            {
                ChartStyle style = line.Style;
                if (style.Width > 0)
                {
                    svg.Element(
                        "line", ("x1", left + x), ("y1", middle), ("x2", left + x + Sample), ("y2", middle), ("stroke", style.Color),
                        ("stroke-width", Math.Max(1.5, style.Width)), ("stroke-dasharray", style.Dashes));
                }

                ChartPanel.Mark(svg, style, left + x + (Sample / 2), middle);
                svg.Text("text", line.Name, ("class", "legend"), ("x", left + x + Sample + 6), ("y", middle + 4));
            }
        }
    }
}
