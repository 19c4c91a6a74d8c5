using System.Globalization;
using System.Xml.Linq;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What charts draw, and where.</summary>
public class ChartTests
{
    private const double Pixel = 0.11;

    [Fact]
    public void Points_stand_where_the_axes_say()
    {
        Chart chart = new() { XAxis = { Minimum = 0, Maximum = 10 }, YAxis = { Minimum = -1, Maximum = 3 } };
        SvgDocument svg = new(chart.Line("", [0, 5, 10], [-1, 0, 3]).ToSvg());
        (double x, double y, double width, double height) = Assert.Single(svg.Plots);
        List<(double X, double Y)> line = Assert.Single(SvgDocument.Stretches(Assert.Single(svg.Of("path", "line"))));
        Near([(x, y + height), (x + (width / 2), y + (0.75 * height)), (x + width, y)], line);
    }

    [Fact]
    public void Logarithmic_axes_give_equal_room_to_equal_ratios()
    {
        Chart chart = new()
        {
            XAxis = { Scale = AxisScale.Log, Minimum = 1e-4, Maximum = 1 },
            YAxis = { Scale = AxisScale.Log, Minimum = 1, Maximum = 1000 },
        };
        SvgDocument svg = new(chart.Line("", [1e-3, 1e-2, 1e-1], [1, 10, 100]).ToSvg());
        (double x, double y, double width, double height) = Assert.Single(svg.Plots);
        List<(double X, double Y)> line = Assert.Single(SvgDocument.Stretches(Assert.Single(svg.Of("path", "line"))));
        Near([(x + (width / 4), y + height), (x + (width / 2), y + (height * 2 / 3)), (x + (width * 3 / 4), y + (height / 3))], line);
        Assert.Equal(["10\u22124", "10\u22123", "10\u22122", "10\u22121", "1"], svg.Texts("x-tick"));
        Assert.Equal(["1", "10", "100", "1000"], svg.Texts("y-tick"));
    }

    [Fact]
    public void Names_stand_at_whole_numbers_in_place_of_them()
    {
        Chart chart = new()
        {
            XAxis = { Minimum = 0, Maximum = 4 },
            YAxis = { Minimum = -0.5, Maximum = 2.5, Names = ["log-softmax", "sum", "add", "beyond"] },
        };
        SvgDocument svg = new(chart.Line("", [0, 3], [1, 1]).ToSvg());
        Assert.Equal(["log-softmax", "sum", "add"], svg.Texts("y-tick"));
        (double x, double y, double width, double height) = Assert.Single(svg.Plots);
        List<(double X, double Y)> bar = Assert.Single(SvgDocument.Stretches(Assert.Single(svg.Of("path", "line"))));
        Near([(x, y + (height / 2)), (x + (width * 3 / 4), y + (height / 2))], bar);
        Assert.Contains("0", svg.Texts("x-tick"));
    }

    [Fact]
    public void Values_that_are_no_numbers_are_gaps_and_lonely_values_are_dots()
    {
        Chart chart = new() { XAxis = { Minimum = 0, Maximum = 8 }, YAxis = { Minimum = 0, Maximum = 4 } };
        SvgDocument svg = new(chart
            .Line("", [1, 2, double.NaN, 3, double.PositiveInfinity, 1, 2, double.NegativeInfinity, double.NaN]).ToSvg());
        List<List<(double X, double Y)>> stretches = SvgDocument.Stretches(Assert.Single(svg.Of("path", "line")));
        Assert.Equal([2, 2], stretches.Select(static stretch => stretch.Count));
        (double x, double y, double width, double height) = Assert.Single(svg.Plots);
        XElement dot = Assert.Single(svg.Of("circle"));
        Near(
            [(x + (width * 3 / 8), y + (height / 4))], [(SvgDocument.Number(dot, "cx"), SvgDocument.Number(dot, "cy"))]);
        Assert.DoesNotContain("NaN", svg.Root.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", svg.Root.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_not_above_zero_are_gaps_on_a_logarithmic_axis()
    {
        Chart chart = new() { YAxis = { Scale = AxisScale.Log } };
        SvgDocument svg = new(chart.Line("", [10, 1, 0, -5, 0.1, 1]).ToSvg());
        Assert.Equal([2, 2], SvgDocument.Stretches(Assert.Single(svg.Of("path", "line"))).Select(static stretch => stretch.Count));
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { double.NaN, double.NaN })]
    [InlineData(new[] { 3.0 })]
    [InlineData(new[] { 0.0, 0.0 })]
    [InlineData(new[] { -2.0, -2.0 })]
    [InlineData(new[] { 1e300, -1e300 })]
    [InlineData(new[] { 1e-300, 2e-300 })]
    [InlineData(new[] { 1e9, 1e9 + 1 })]
    public void Any_data_gives_a_document_with_ticks(double[] values)
    {
        foreach (AxisScale scale in Enum.GetValues<AxisScale>())
        {
            SvgDocument svg = new(new Chart("any") { YAxis = { Scale = scale } }.Line("line", values).ToSvg());
            Assert.InRange(svg.Texts("y-tick").Length, 1, 30);
            Assert.DoesNotContain("NaN", svg.Root.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Texts_are_escaped()
    {
        const string odd = "a < b && \"c\" > 'd' \u0001 \ud800 \ud83d\ude00 ]]>";
        SvgDocument svg = new(new Chart(odd) { XAxis = { Label = odd }, YAxis = { Label = odd } }
            .Line(odd, [1, 2]).Line("other", [2, 1]).ToSvg());
        const string shown = "a < b && \"c\" > 'd' \ufffd \ufffd \ud83d\ude00 ]]>";
        Assert.Equal([shown], svg.Texts("heading"));
        Assert.Equal([shown], svg.Texts("x-label"));
        Assert.Equal([shown], svg.Texts("y-label"));
        Assert.Equal([shown, "other"], svg.Texts("legend"));
    }

    [Fact]
    public void A_legend_lists_named_lines_in_their_order_and_colours()
    {
        Chart chart = new Chart().Line("first", [1, 2]).Line("", [5, 5]).Line("second", [2, 1]);
        SvgDocument svg = new(chart.ToSvg());
        Assert.Equal(["first", "second"], svg.Texts("legend"));
        Assert.Equal(
            [ChartPalette.Colors[0], ChartPalette.Colors[2]],
            svg.Of("line").Select(static sample => sample.Attribute("stroke")!.Value));
        Assert.Empty(new SvgDocument(new Chart().Line("only", [1, 2]).ToSvg()).Texts("legend"));
        chart.Legend = false;
        Assert.Empty(new SvgDocument(chart.ToSvg()).Texts("legend"));
    }

    [Fact]
    public void Many_legend_entries_stand_in_rows_without_touching()
    {
        Chart chart = new("many");
        for (int i = 0; i < 20; i++)
        {
            chart.Line($"an optimizer, number {i}", [i, i + 1]);
        }

        SvgDocument svg = new(chart.ToSvg(480, 330));
        (double X, double Y)[] places = [.. svg.Of("text", "legend").Select(static text => (SvgDocument.Number(text, "x"), SvgDocument.Number(text, "y")))];
        Assert.Equal(20, places.Distinct().Count());
        foreach (IGrouping<double, (double X, double Y)> row in places.GroupBy(static place => place.Y))
        {
            double[] x = [.. row.Select(static place => place.X).Order()];
            Assert.All(x.Zip(x.Skip(1)), static pair => Assert.True(pair.Second - pair.First > 24 + 130));
        }

        Assert.True(places.Max(static place => place.Y) < svg.Plots[0].Y);
    }

    [Fact]
    public void After_seven_colours_lines_are_dashed()
    {
        Assert.Equal(ChartPalette.Style(0).Color, ChartPalette.Style(7).Color);
        Assert.Equal(28, Enumerable.Range(0, 28).Select(ChartPalette.Style).Distinct().Count());
    }

    [Fact]
    public void Lines_have_the_dashes_and_the_opacity_of_their_style()
    {
        ChartStyle style = new() { Color = "#123456", Width = 2, Dashes = "6 3", Opacity = 0.25 };
        SvgDocument svg = new(new Chart().Line("a", [1, 2], style).Line("b", [2, 1], ChartPalette.Style(0)).ToSvg());
        XElement[] lines = [.. svg.Of("path", "line")];
        Assert.Equal(
            [("#123456", "2", "6 3", "0.25"), (ChartPalette.Colors[0], "1.8", null, null)],
            lines.Select(static line => (Text(line, "stroke"), Text(line, "stroke-width"), Text(line, "stroke-dasharray"), Text(line, "stroke-opacity"))));
        Assert.Equal(["6 3", null], svg.Of("line").Select(static sample => Text(sample, "stroke-dasharray")));
        Assert.NotNull(Text(new SvgDocument(new Chart().Line("", [1, 2], ChartPalette.Style(7)).ToSvg()).Of("path", "line").Single(), "stroke-dasharray"));
    }

    [Fact]
    public void Points_have_the_mark_of_their_style_and_no_line()
    {
        (SvgDocument svg, double x, double y) = Draw(new ChartStyle { Color = "#123456", MarkerSize = 4, Opacity = 0.5 });
        XElement circle = Assert.Single(svg.Of("circle"));
        Near([(x, y)], [(SvgDocument.Number(circle, "cx"), SvgDocument.Number(circle, "cy"))]);
        Assert.Equal(("4", "#123456", "0.5"), (Text(circle, "r"), Text(circle, "fill"), Text(circle, "fill-opacity")));

        // Two strokes of eight pixels that cross in the point.
        (svg, x, y) = Draw(new ChartStyle { Color = "#123456", Marker = ChartMarker.Plus, MarkerSize = 4, Opacity = 0.5 });
        XElement plus = Assert.Single(svg.Of("path"), static path => Text(path, "stroke") == "#123456");
        Assert.Equal("0.5", Text(plus, "stroke-opacity"));
        Near([(x - 4, y), (x, y - 4)], [.. SvgDocument.Stretches(plus).Select(static stretch => stretch[0])]);
        double[] ends = [.. Text(plus, "d")!.Split('H', 'M', 'V').Where(static part => part.Length > 0 && !part.Contains(' ', StringComparison.Ordinal))
            .Select(static part => double.Parse(part, CultureInfo.InvariantCulture))];
        Near([(x + 4, y + 4)], [(ends[0], ends[1])]);

        // A star stands on two of its five points.
        (svg, x, y) = Draw(new ChartStyle { Color = "#123456", Marker = ChartMarker.Star, MarkerSize = 4, Opacity = 0.5 });
        XElement star = Assert.Single(svg.Of("path"), static path => Text(path, "fill") == "#123456");
        Assert.Equal("0.5", Text(star, "fill-opacity"));
        List<(double X, double Y)> corners = Assert.Single(SvgDocument.Stretches(star));
        Assert.Equal(10, corners.Count);
        Near(
            [.. Enumerable.Range(0, 5).Select(i => (x + (4 * Math.Cos((90 - (72 * i)) * Math.PI / 180)), y - (4 * Math.Sin((90 - (72 * i)) * Math.PI / 180))))],
            [.. corners.Where(static (_, i) => i % 2 == 0)]);
        Assert.All(corners.Where(static (_, i) => i % 2 == 1), corner => Assert.InRange(Math.Sqrt(Math.Pow(corner.X - x, 2) + Math.Pow(corner.Y - y, 2)), 1, 2));

        static (SvgDocument Svg, double X, double Y) Draw(ChartStyle style)
        {
            Chart chart = new() { XAxis = { Minimum = 0, Maximum = 2 }, YAxis = { Minimum = 0, Maximum = 4 } };
            SvgDocument svg = new(chart.Points("", [1], [1], style).ToSvg());
            Assert.Empty(svg.Of("path", "line"));
            (double left, double top, double width, double height) = Assert.Single(svg.Plots);
            return (svg, left + (width / 2), top + (height * 3 / 4));
        }
    }

    [Fact]
    public void The_same_chart_gives_the_same_bytes_in_any_culture()
    {
        static string Draw() => new Chart("loss") { YAxis = { Scale = AxisScale.Log } }
            .Line("a", [1234.5, 0.25, 3e-4]).Contours(static (x, y) => x * y, [0.5, 1]).ToSvg();
        string before = Draw();
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(before, Draw());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Long_lines_keep_their_extremes_in_few_points()
    {
        double[] y = [.. Enumerable.Range(0, 100_000).Select(static i => Math.Sin(i * 0.37))];
        y[77_777] = 5;
        y[33_333] = -5;
        Chart chart = new() { YAxis = { Minimum = -5, Maximum = 5 } };
        string text = chart.Line("", y).ToSvg();
        Assert.True(text.Length < 100_000);
        SvgDocument svg = new(text);
        (double _, double top, double _, double height) = svg.Plots[0];
        List<(double X, double Y)> line = Assert.Single(SvgDocument.Stretches(Assert.Single(svg.Of("path", "line"))));
        Assert.Equal(top, line.Min(static point => point.Y), 1);
        Assert.Equal(top + height, line.Max(static point => point.Y), 1);
    }

    [Fact]
    public void A_page_lays_panels_out_in_rows()
    {
        Chart[] charts = [.. Enumerable.Range(0, 5).Select(static i => new Chart($"panel {i}").Line("a", [i, 2]).Line("b", [1, i]))];
        SvgDocument svg = new(new ChartPage(charts, columns: 2) { Title = "page", PanelWidth = 300, PanelHeight = 200 }.ToSvg());
        Assert.Equal(5, svg.Plots.Length);
        Assert.Equal((2 * 10) + (2 * 300) + 16, SvgDocument.Number(svg.Root, "width"));
        Assert.Equal(10 + 28 + (3 * 200) + (2 * 16) + 10, SvgDocument.Number(svg.Root, "height"));
        Assert.True(svg.Plots[0].X + svg.Plots[0].Width < svg.Plots[1].X);
        Assert.Equal(svg.Plots[0].Y, svg.Plots[1].Y);
        Assert.True(svg.Plots[0].Y + svg.Plots[0].Height < svg.Plots[2].Y);
        Assert.Equal(5, svg.Of("clipPath").Select(static clip => clip.Attribute("id")!.Value).Distinct().Count());
        Assert.Equal(10, svg.Texts("legend").Length);
    }

    [Fact]
    public void One_legend_can_serve_all_panels()
    {
        Chart[] charts = [.. Enumerable.Range(0, 3).Select(static i => new Chart($"panel {i}").Line("a", [i, 2]).Line("b", [1, i]))];
        SvgDocument svg = new(new ChartPage(charts, columns: 3) { SharedLegend = true }.ToSvg());
        Assert.Equal(["a", "b"], svg.Texts("legend"));
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        ArgumentException uneven = Assert.Throws<ArgumentException>(static () => new Chart().Line("a", [1, 2, 3], [1, 2]));
        Assert.Contains("3 x and 2 y", uneven.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => new ChartPage([]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new ChartPage([new Chart()], 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Chart().ToSvg(10, 10));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Chart().XAxis.Minimum = double.NaN);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Chart().Contours(static (x, y) => x, [1], 0));
        Chart upside = new() { YAxis = { Label = "height", Minimum = 2, Maximum = 1 } };
        Assert.Contains("height", Assert.Throws<InvalidOperationException>(() => upside.ToSvg()).Message, StringComparison.Ordinal);
        Chart negative = new() { YAxis = { Scale = AxisScale.Log, Minimum = -1 } };
        Assert.Throws<InvalidOperationException>(() => negative.ToSvg());
    }

    private static string? Text(XElement element, string name) => element.Attribute(name)?.Value;

    private static void Near(IReadOnlyList<(double X, double Y)> expected, List<(double X, double Y)> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].X, actual[i].X, Pixel);
            Assert.Equal(expected[i].Y, actual[i].Y, Pixel);
        }
    }
}
