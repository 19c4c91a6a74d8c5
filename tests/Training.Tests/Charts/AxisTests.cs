using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Round ticks of known ranges.</summary>
public class AxisTests
{
    [Theory]
    [InlineData(0, 10, 6, new[] { "0", "2", "4", "6", "8", "10" })]
    [InlineData(0, 1, 6, new[] { "0.0", "0.2", "0.4", "0.6", "0.8", "1.0" })]
    [InlineData(0, 100, 9, new[] { "0", "20", "40", "60", "80", "100" })]
    [InlineData(-0.03, 0.052, 5, new[] { "-0.02", "0", "0.02", "0.04" })]
    [InlineData(3.1, 4.2, 4, new[] { "3.5", "4.0" })]
    [InlineData(0, 60000, 5, new[] { "0", "20,000", "40,000", "60,000" })]
    [InlineData(0, 3e6, 4, new[] { "0", "1e6", "2e6", "3e6" })]
    [InlineData(0, 2.5e6, 6, new[] { "0", "5e5", "1.0e6", "1.5e6", "2.0e6", "2.5e6" })]
    [InlineData(0, 4e-6, 5, new[] { "0", "1e-6", "2e-6", "3e-6", "4e-6" })]
    public void Linear_ticks_are_round(double low, double high, int most, string[] labels) =>
        Assert.Equal(labels.Select(Zero), new AxisRange(low, high, AxisScale.Linear).Ticks(most).Select(static tick => Zero(tick.Label)));

    [Theory]
    [InlineData(1, 1000, 5, new[] { "1", "10", "100", "1000" })]
    [InlineData(1e-5, 1e-2, 5, new[] { "10^-5", "10^-4", "10^-3", "10^-2" })]
    [InlineData(1e-8, 1e4, 4, new[] { "10^-8", "10^-4", "1", "10^4" })]
    [InlineData(0.15, 7, 6, new[] { "0.2", "0.5", "1", "2", "5" })]
    [InlineData(1, 1.5, 4, new[] { "1.0", "1.2", "1.4" })]
    public void Logarithmic_ticks_are_powers_of_ten_or_their_multiples(double low, double high, int most, string[] labels) =>
        Assert.Equal(labels, new AxisRange(low, high, AxisScale.Log).Ticks(most).Select(static tick => tick.Label));

    [Fact]
    public void Ticks_lie_within_the_range_and_are_as_few_as_asked()
    {
        Random random = new(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            double low = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 8));
            double high = low + (random.NextDouble() * Math.Pow(10, random.Next(-8, 8))) + 1e-9;
            int most = random.Next(2, 12);
            IReadOnlyList<AxisTick> ticks = new AxisRange(low, high, AxisScale.Linear).Ticks(most);
            Assert.InRange(ticks.Count, 0, most);
            Assert.All(ticks, tick => Assert.InRange(tick.Value, low - ((high - low) * 1e-6), high + ((high - low) * 1e-6)));
        }
    }

    [Fact]
    public void Minor_lines_are_the_multiples_between() =>
        Assert.Equal(
            [2.0, 3, 4, 5, 6, 7, 8, 9, 20, 30, 40],
            new AxisRange(1, 45, AxisScale.Log).MinorTicks().Select(static value => Math.Round(value, 9)));

    [Fact]
    public void Ranges_leave_room_but_not_below_zero()
    {
        Assert.Equal(new AxisRange(0, 10.5, AxisScale.Linear), new ChartAxis().Range([0, 10], 0.05));
        Assert.Equal(new AxisRange(-10.5, 10, AxisScale.Linear), new ChartAxis { Maximum = 10 }.Range([-10, 0, double.NaN], 0.05));
        AxisRange log = new ChartAxis { Scale = AxisScale.Log }.Range([1, 100, -5], 0.5);
        Assert.Equal(0.1, log.Low, 9);
        Assert.Equal(1000, log.High, 9);
    }

    private static string Zero(string label) => label is "0.0" ? "0" : label;
}
