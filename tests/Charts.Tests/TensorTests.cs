using DeepSharp.Charts;
using DeepSharp.Layers;
using ScottPlot;
using ScottPlot.Plottables;
using SkiaSharp;

namespace DeepSharp.Tests;

/// <summary>Histograms, confusion matrices and images.</summary>
public class TensorTests
{
    [Fact]
    public void A_histogram_counts_every_value_once()
    {
        Plot plot = Tensor.From([0f, 0.1f, 0.3f, 1f, 1f, float.NaN, float.PositiveInfinity], Device.Cpu).PlotHistogram(bins: 4);
        Bar[] bars = [.. Assert.Single(plot.GetPlottables<BarPlot>()).Bars];
        Assert.Equal([2, 1, 0, 2], bars.Select(static bar => (int)bar.Value));
        Assert.Equal([0.125, 0.375, 0.625, 0.875], bars.Select(static bar => bar.Position));
        Assert.Contains("2 of 7 values are not finite", Drawn.Texts(plot));
    }

    [Theory]
    [InlineData(new double[0], 0)]
    [InlineData(new[] { 3.0, 3, 3 }, 3)]
    [InlineData(new[] { 0.0, 5e-324 }, 2)]
    [InlineData(new[] { 1e300, -1e300 }, 2)]
    [InlineData(new[] { 1e308, -1e308, 1 }, 1)]
    [InlineData(new[] { double.NaN }, 0)]
    public void Odd_values_have_histograms(double[] values, int counted)
    {
        Plot plot = Tensor.From(values, Device.Cpu).PlotHistogram();
        Assert.Equal(counted, Assert.Single(plot.GetPlottables<BarPlot>()).Bars.Sum(static bar => (int)bar.Value));
        Assert.InRange(Drawn.Labels(plot, static axes => axes.Bottom).Length, 2, 20);
        Assert.True(double.IsFinite(Drawn.Limits(plot).Right));
    }

    [Fact]
    public void Each_parameter_of_a_network_has_a_histogram()
    {
        Sequential model = [new Dense(3, 5), new ReLU(), new Dense(5, 2)];
        Multiplot plots = model.PlotWeights(bins: 10);
        Assert.Equal([15, 5, 10, 2], plots.GetPlots().Select(static plot => plot.GetPlottables<BarPlot>().Single().Bars.Sum(static bar => (int)bar.Value)));
        Assert.Contains("0.weight [5, 3]", Drawn.Texts(plots));
        Assert.Throws<InvalidOperationException>(static () => new ReLU().PlotWeights());
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PlotWeights(0));
    }

    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.Float32)]
    public void A_confusion_matrix_has_the_true_classes_from_top_to_bottom(DType type)
    {
        Tensor counts = Tensor.From(new long[,] { { 50, 2, 0 }, { 3, 1040, 7 }, { 0, 0, 0 } }, Device.Cpu).To(type);
        Plot plot = counts.PlotConfusion(["cat", "dog", "horse"]);
        Heatmap map = Assert.Single(plot.GetPlottables<Heatmap>());
        Assert.Equal(50 / 52.0, map.Intensities[0, 0], 12);
        Assert.Equal(7 / 1050.0, map.Intensities[1, 2], 12);
        Assert.Equal(0, map.Intensities[2, 2]);
        Text[] numbers = [.. plot.GetPlottables<Text>()];
        Assert.Equal(["50", "2", "0", "3", "1,040", "7", "0", "0", "0"], numbers.Select(static text => text.LabelText));
        Assert.Equal((1, 1), (numbers[4].Location.X, numbers[4].Location.Y));
        Assert.Equal((2, 1), (numbers[5].Location.X, numbers[5].Location.Y));
        plot.RenderInMemory(500, 400);
        Assert.Equal(2, plot.Axes.Left.TickGenerator.Ticks.Single(static tick => tick.Label == "cat").Position);
        Assert.Equal(0, plot.Axes.Bottom.TickGenerator.Ticks.Single(static tick => tick.Label == "cat").Position);
        string[] texts = Drawn.Texts(plot);
        Assert.Contains("predicted", texts);
        Assert.Contains("true", texts);

        // Dark cells at the top left, none at the bottom left, on the screen as in the matrix.
        using TemporaryFolder folder = new();
        plot.SaveTo(folder["a.png"], 500, 400);
        using SKBitmap read = SKBitmap.Decode(folder["a.png"]);
        Assert.True(read.GetPixel(95, 40).Red < 60);
        Assert.True(read.GetPixel(95, 320).Red > 240);
    }

    [Fact]
    public void Shares_and_many_classes_are_drawn_too()
    {
        Assert.Contains("0.25", Drawn.Texts(Tensor.From(new[,] { { 0.75, 0.25 }, { 0.5, 0.5 } }, Device.Cpu).PlotConfusion()));
        Plot many = Tensor.Ones([150, 150], device: Device.Cpu).PlotConfusion();
        Assert.Empty(many.GetPlottables<Text>());
        Assert.InRange(Drawn.Labels(many, static axes => axes.Left).Length, 10, 30);
        Assert.Contains("0", Drawn.Texts(Tensor.Zeros([1, 1], device: Device.Cpu).PlotConfusion()));
    }

    [Fact]
    public void What_is_no_confusion_matrix_is_refused()
    {
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(static () => Tensor.Zeros([2, 3]).PlotConfusion()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => Tensor.Zeros([4]).PlotConfusion());
        Assert.Contains("2 names for 3", Assert.Throws<ArgumentException>(static () => Tensor.Zeros([3, 3]).PlotConfusion(["a", "b"])).Message, StringComparison.Ordinal);
        string message = Assert.Throws<ArgumentException>(static () => Tensor.From(new[,] { { 1.0, 2 }, { -0.5, 3 } }).PlotConfusion()).Message;
        Assert.Contains("row 1, column 0 is -0.5", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_have_their_pixels_where_they_belong()
    {
        // A white corner at the upper left, the rest black; red, green and blue in one row.
        Check(Tensor.From(new byte[] { 255, 0, 0, 0 }, [1, 1, 2, 2], Device.Cpu), [(0.25, 0.25, 255, 255, 255), (0.75, 0.25, 0, 0, 0), (0.25, 0.75, 0, 0, 0)]);
        Check(Tensor.From(new float[] { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.5f }, [1, 3, 2, 2], Device.Cpu), [(0.25, 0.25, 255, 0, 0), (0.75, 0.25, 0, 255, 0), (0.25, 0.75, 0, 0, 255), (0.75, 0.75, 0, 0, 128)]);
        // Beyond 0 to 1: from the least to the greatest.
        Check(Tensor.From(new double[] { -3, 5, 1, double.NaN }, [1, 1, 2, 2], Device.Cpu), [(0.25, 0.25, 0, 0, 0), (0.75, 0.25, 255, 255, 255), (0.25, 0.75, 128, 128, 128), (0.75, 0.75, 0, 0, 0)]);
        Check(Tensor.From(new double[] { 7, 7, 7, 7 }, [1, 1, 2, 2], Device.Cpu), [(0.25, 0.25, 0, 0, 0)]);
        Check(Tensor.From(new double[] { double.MaxValue, double.MinValue, 0, double.PositiveInfinity }, [1, 1, 2, 2], Device.Cpu), [(0.25, 0.25, 255, 255, 255), (0.75, 0.25, 0, 0, 0)]);

        static void Check(Tensor images, (double X, double Y, int Red, int Green, int Blue)[] expected)
        {
            ImageRect only = Assert.Single(images.PlotImages().GetPlottables<ImageRect>());
            byte[,,] pixels = only.Image!.GetArrayRGB();
            using SKBitmap read = SKBitmap.Decode(only.Image.GetImageBytes());
            Assert.Equal((2, 2), (read.Width, read.Height));
            foreach ((double x, double y, int red, int green, int blue) in expected)
            {
                SKColor pixel = read.GetPixel((int)(2 * x), (int)(2 * y));
                Assert.Equal((red, green, blue), (pixel.Red, pixel.Green, pixel.Blue));
            }
        }
    }

    [Fact]
    public void Images_stand_in_rows_under_their_titles()
    {
        Plot plot = Tensor.Uniform([5, 1, 4, 6], device: Device.Cpu).PlotImages(["a", "b", "c", "d", "e"], columns: 2);
        CoordinateRect[] places = [.. plot.GetPlottables<ImageRect>().Select(static image => image.Rect)];
        Assert.Equal(5, places.Length);
        Assert.All(places, static place => Assert.Equal((6, 4), (Math.Round(place.Width, 9), Math.Round(place.Height, 9))));
        Assert.True(places[0].Right < places[1].Left && places[0].Bottom > places[2].Top && places[0].Left == places[4].Left);
        Assert.Equal(["a", "b", "c", "d", "e"], Drawn.Texts(plot));
        AxisLimits limits = Drawn.Limits(plot);
        Assert.All(places, place => Assert.True(place.Left >= limits.Left && place.Right <= limits.Right && place.Bottom >= limits.Bottom && place.Top <= limits.Top));
    }

    [Fact]
    public void What_are_no_images_is_refused()
    {
        Assert.Contains("[4, 28, 28]", Assert.Throws<ArgumentException>(static () => Tensor.Zeros([4, 28, 28]).PlotImages()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => Tensor.Zeros([4, 2, 8, 8]).PlotImages());
        Assert.Throws<ArgumentException>(static () => Tensor.Zeros([0, 1, 8, 8]).PlotImages());
        Assert.Contains("1 titles for 2", Assert.Throws<ArgumentException>(static () => Tensor.Zeros([2, 1, 8, 8]).PlotImages(["a"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => Tensor.Zeros([2, 1, 8, 8]).PlotImages(columns: 0));
    }
}
