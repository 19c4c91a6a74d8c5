using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>Charts side by side in one SVG file.</summary>
public sealed class ChartPage
{
    private const double Edge = 10;
    private const double Gap = 16;
    private readonly Chart[] _charts;

    /// <summary>A page of charts, in rows from left to right.</summary>
    /// <param name="charts">The charts.</param>
    /// <param name="columns">How many stand in a row.</param>
    /// <exception cref="ArgumentException">There is no chart, or less than one column.</exception>
    public ChartPage(IReadOnlyList<Chart> charts, int columns = 2)
    {
        ArgumentNullException.ThrowIfNull(charts);
        Bounds.AtLeast(1, columns, nameof(ChartPage));
        if (charts.Count == 0)
        {
            throw new ArgumentException("ChartPage: there is no chart.", nameof(charts));
        }

        _charts = [.. charts];
        Columns = Math.Min(columns, _charts.Length);
    }

    /// <summary>How many charts stand in a row.</summary>
    public int Columns { get; }

    /// <summary>What the page shows; empty for no heading.</summary>
    public string Title { get; init; } = "";

    /// <summary>Whether one legend serves all charts; lines of the same name must look the same in all of them.</summary>
    public bool SharedLegend { get; init; }

    /// <summary>The width of a chart in pixels, at least 200.</summary>
    public int PanelWidth { get; init; } = 480;

    /// <summary>The height of a chart in pixels, at least 150.</summary>
    public int PanelHeight { get; init; } = 330;

    /// <summary>The page as an SVG document.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Panels are too small.</exception>
    public string ToSvg()
    {
        Bounds.AtLeast(200, PanelWidth, nameof(ChartPage));
        Bounds.AtLeast(150, PanelHeight, nameof(ChartPage));
        int rows = (_charts.Length + Columns - 1) / Columns;
        double width = (2 * Edge) + (Columns * PanelWidth) + ((Columns - 1) * Gap);
        double top = Edge + (Title.Length > 0 ? 28 : 0);
        ChartLegend? legend = SharedLegend
            ? new ChartLegend(_charts.SelectMany(static chart => chart.Named).DistinctBy(static line => line.Name), width - (2 * Edge))
            : null;
        double panels = top + (legend is null ? 0 : legend.Height + 6);
        double height = panels + (rows * PanelHeight) + ((rows - 1) * Gap) + Edge;

        SvgWriter svg = new();
        svg.Open(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("width", width), ("height", height),
            ("viewBox", $"0 0 {SvgWriter.Number(width)} {SvgWriter.Number(height)}"), ("role", "img"),
            ("font-family", "Helvetica, Arial, 'DejaVu Sans', sans-serif"), ("font-size", "11"), ("fill", "#222222"));
        string name = Title.Length > 0 ? Title : string.Join("; ", _charts.Select(static chart => chart.Title).Where(static title => title.Length > 0));
        svg.Text("title", name.Length > 0 ? name : "chart");
        svg.Element("rect", ("width", width), ("height", height), ("fill", "#ffffff"), ("rx", "4"));
        if (Title.Length > 0)
        {
            svg.Text("text", Title, ("x", Edge + 4), ("y", Edge + 16), ("font-size", "16"), ("font-weight", "bold"));
        }

        legend?.Draw(svg, Edge + 4, top);
        for (int i = 0; i < _charts.Length; i++)
        {
            double x = Edge + (i % Columns * (PanelWidth + Gap));
            double y = panels + (i / Columns * (PanelHeight + Gap));
            new ChartPanel(_charts[i], i, x, y, PanelWidth, PanelHeight, ownLegend: legend is null).Draw(svg);
        }

        svg.Close();
        return svg.ToString();
    }

    /// <summary>Writes the page to an SVG file, whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <exception cref="ArgumentOutOfRangeException">Panels are too small.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToSvg());
}
