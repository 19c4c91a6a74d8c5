using System.Buffers.Binary;
using System.Xml.Linq;
using DeepSharp.Charts;
using ScottPlot;
using SkiaSharp;

namespace DeepSharp.Tests;

/// <summary>Files of pictures.</summary>
public class SaveTests
{
    [Theory]
    [InlineData("a.png")]
    [InlineData("a.PNG")]
    [InlineData("a.jpg")]
    [InlineData("a.jpeg")]
    [InlineData("a.webp")]
    public void Pixels_have_the_size_that_was_asked_for(string name)
    {
        using TemporaryFolder folder = new();
        Make().SaveTo(folder[name], 301, 203);
        using SKBitmap read = SKBitmap.Decode(folder[name]);
        Assert.Equal((301, 203), (read.Width, read.Height));
        // White outside, a coloured line within.
        Assert.True(read.GetPixel(0, 0).Red > 250);
        Assert.Contains(read.Pixels, static pixel => pixel.Blue > pixel.Red + 100);
        Plots.Grid([Make(), Make(), Make()]).SaveTo(folder[name]);
        using SKBitmap page = SKBitmap.Decode(folder[name]);
        Assert.Equal((960, 660), (page.Width, page.Height));
        Assert.Single(folder.Files);
    }

    [Fact]
    public void A_png_is_one()
    {
        using TemporaryFolder folder = new();
        Make().SaveTo(folder["a.png"], 301, 203);
        byte[] bytes = File.ReadAllBytes(folder["a.png"]);
        Assert.Equal("\x89PNG\r\n\x1a\n"u8.ToArray()[2..], bytes[1..8]);
        Assert.Equal((301, 203), (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
    }

    [Theory]
    [InlineData("a.svg")]
    [InlineData("a")]
    public void An_svg_has_the_texts_and_the_font(string name)
    {
        using TemporaryFolder folder = new();
        Make().SaveTo(folder[name], 400, 300);
        XElement root = XDocument.Load(folder[name]).Root!;
        Assert.Equal(("400", "300"), (root.Attribute("width")!.Value, root.Attribute("height")!.Value));
        Assert.Contains("title", Drawn.Texts(folder[name]));
        Assert.Contains("β = 0.9", Drawn.Texts(folder[name]));
        Assert.All(
            root.Descendants(XName.Get("text", "http://www.w3.org/2000/svg")),
            static text => Assert.Equal("DejaVu Sans, Verdana, sans-serif", text.Attribute("font-family")!.Value));
        Plots.Grid([Make(), Make()], columns: 1).SaveTo(folder[name]);
        Assert.Equal("660", XDocument.Load(folder[name]).Root!.Attribute("height")!.Value);
        Assert.Equal(2, Drawn.Texts(folder[name]).Count(static text => text == "title"));
    }

    [Fact]
    public void The_same_plot_gives_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        foreach (string ending in (string[])["svg", "png"])
        {
            Make().SaveTo(folder[$"a.{ending}"]);
            Make().SaveTo(folder[$"b.{ending}"]);
            Assert.Equal(File.ReadAllBytes(folder[$"a.{ending}"]), File.ReadAllBytes(folder[$"b.{ending}"]));
        }
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_old_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.svg"], "old");
        Plot plot = Make();
        plot.Add.Plottable(new Broken());
        Assert.Throws<NotSupportedException>(() => plot.SaveTo(folder["a.svg"]));
        Assert.Equal("old", File.ReadAllText(folder["a.svg"]));
        string message = Assert.Throws<ArgumentException>(() => Make().SaveTo(folder["a.gif"])).Message;
        Assert.Contains(folder["a.gif"], message, StringComparison.Ordinal);
        Assert.Contains(".svg, .png, .jpg or .webp", message, StringComparison.Ordinal);
        Assert.Contains("a.png", Assert.Throws<ArgumentOutOfRangeException>(() => Make().SaveTo(folder["a.png"], 0)).Message, StringComparison.Ordinal);
        Assert.Contains("10,000", Assert.Throws<ArgumentOutOfRangeException>(() => Make().SaveTo(folder["a.png"], 100, 10_001)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => Make().SaveTo(folder["none/a.png"]));
        Assert.Equal(["a.svg"], folder.Files);
    }

    private static Plot Make()
    {
        Plot plot = Plots.New("title", "x", "y");
        plot.AddLine("β = 0.9", [0, 1, 2], [1, 3, 2]);
        return plot;
    }

    private sealed class Broken : IPlottable
    {
        public bool IsVisible { get; set; } = true;

        public IAxes Axes { get; set; } = new Axes();

        public IEnumerable<LegendItem> LegendItems => [];

        public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

        public void Render(RenderPack rp) => throw new NotSupportedException();
    }
}
