using DeepSharp.Charts;
using ScottPlot;

namespace DeepSharp.Tests;

/// <summary>Axes show all of their lines, with ticks that can be counted, whatever the values.</summary>
public class AxisTests
{
    public static TheoryData<double[]> Odd =>
    [
        [], [double.NaN, double.NaN], [3], [0, 0], [-2, -2], [1e300, -1e300], [1e308, -1e308, 1], [5e-324, 0], [5e-324, 1e-323], [1e-300, 2e-300],
        [1e9, 1e9 + 1], [1, 1 + 2e-16], [5e-324, 1e308], [double.PositiveInfinity, 1, double.NegativeInfinity, double.MaxValue],
    ];

    [Theory]
    [MemberData(nameof(Odd))]
    public void Any_values_give_a_picture_with_ticks(double[] values)
    {
        foreach (bool log in new[] { false, true })
        {
            Plot plot = Plots.New("any", "x", "y", logY: log);
            plot.AddLine("line", Count(values.Length), values);
            string[] labels = Drawn.Labels(plot, static axes => axes.Left);
            Assert.InRange(labels.Length, 2, 20);
            Assert.InRange(plot.Axes.Left.TickGenerator.Ticks.Length, 2, 200);
            Assert.Equal(labels.Length, labels.Distinct().Count());
            AxisLimits limits = plot.Axes.GetLimits();
            Assert.True(limits.Bottom < limits.Top && double.IsFinite(limits.Top - limits.Bottom));
            Assert.Contains("any", Drawn.Texts(plot));
        }
    }

    [Fact]
    public void All_lines_lie_within_the_axes()
    {
        Plot plot = Plots.New();
        plot.AddLine("a", [0, 1, 2], [0.1, 0.5, 0.9]);
        plot.AddLine("b", [0, 1, 5], [0.2, 0.11, 0.95]);
        AxisLimits limits = Drawn.Limits(plot);
        Assert.True(limits.Bottom < 0.1 && limits.Bottom >= 0 && limits.Top > 0.95 && limits.Right > 5);
        Assert.Equal(0, limits.Left);
        plot.Axes.AutoScale(invertY: true);
        Assert.True(plot.Axes.GetLimits().Bottom > plot.Axes.GetLimits().Top);
    }

    [Theory]
    [InlineData(1, 1000, new[] { "1", "10", "100", "1,000" })]
    [InlineData(1e-5, 1e-2, new[] { "10⁻⁵", "10⁻⁴", "0.001", "0.01" })]
    [InlineData(0.15, 7, new[] { "0.2", "0.5", "1", "2", "5" })]
    [InlineData(1, 40, new[] { "1", "2", "5", "10", "20" })]
    [InlineData(2.3, 2.9, new[] { "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9" })]
    public void Logarithmic_axes_name_what_their_logarithms_stand_for(double low, double high, string[] labels)
    {
        Plot plot = Plots.New(logY: true);
        plot.AddLine("", [0, 1], [low, high]);
        Assert.Equal(labels, Drawn.Labels(plot, static axes => axes.Left));
        Assert.Equal([Math.Log10(low), Math.Log10(high)], Drawn.Points(Drawn.Lines(plot)[0]).Select(static at => at.Y));
    }

    [Fact]
    public void Between_powers_of_ten_stand_their_multiples()
    {
        Plot plot = Plots.New(logX: true);
        plot.AddLine("", [1, 450], [0, 1]);
        plot.RenderInMemory(600, 400);
        Assert.Equal(
            [2, 3, 4, 5, 6, 7, 8, 9, 20, 30, 40, 50, 60, 70, 80, 90, 200, 300, 400],
            plot.Axes.Bottom.TickGenerator.Ticks.Where(static tick => !tick.IsMajor).Select(static tick => Math.Round(Math.Pow(10, tick.Position), 9)).Where(static at => at is > 1 and <= 450));
    }

    [Fact]
    public void Numbers_are_written_as_everywhere()
    {
        // The tests run where people write 1.234,5.
        Plot plot = Plots.New();
        plot.AddLine("", [0, 20_000], [-0.25, 0.5]);
        Assert.Contains("10,000", Drawn.Labels(plot, static axes => axes.Bottom));
        Assert.Contains("-0.2", Drawn.Labels(plot, static axes => axes.Left));
        plot = Plots.New();
        plot.AddLine("", [0, 4e-6], [0, 2.5e8]);
        Assert.Contains("2e-6", Drawn.Labels(plot, static axes => axes.Bottom));
        Assert.Contains("1e8", Drawn.Labels(plot, static axes => axes.Left));
    }

    private static double[] Count(int count) => [.. Enumerable.Range(0, count).Select(static i => (double)i)];
}
