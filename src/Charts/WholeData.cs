using ScottPlot;

namespace DeepSharp.Charts;

/// <summary>Limits of axes that show all there is, with a little room, whatever the values: constants, none, a range below the least number.</summary>
internal sealed class WholeData : IAutoScaler
{
    private const double Nothing = 1e-290;

    /// <inheritdoc/>
    public bool InvertedX { get; set; }

    /// <inheritdoc/>
    public bool InvertedY { get; set; }

    /// <inheritdoc/>
    public AxisLimits GetAxisLimits(Plot plot, IXAxis xAxis, IYAxis yAxis)
    {
        AxisLimits data = plot.Axes.GetDataLimits(xAxis, yAxis);
        (double left, double right) = Turned(Room(xAxis, data.Left, data.Right), InvertedX);
        (double bottom, double top) = Turned(Room(yAxis, data.Bottom, data.Top), InvertedY);
        return new AxisLimits(left, right, bottom, top);
    }

    /// <inheritdoc/>
    public void AutoScaleAll(IEnumerable<IPlottable> plottables)
    {
        IPlottable[] seen = [.. plottables.Where(static plottable => plottable.IsVisible)];
        foreach (IGrouping<IXAxis, IPlottable> of in seen.GroupBy(static plottable => plottable.Axes.XAxis))
        {
            Set(of.Key, [.. of.Select(static plottable => plottable.GetAxisLimits()).SelectMany(static limits => (double[])[limits.Left, limits.Right])], InvertedX);
        }

        foreach (IGrouping<IYAxis, IPlottable> of in seen.GroupBy(static plottable => plottable.Axes.YAxis))
        {
            Set(of.Key, [.. of.Select(static plottable => plottable.GetAxisLimits()).SelectMany(static limits => (double[])[limits.Bottom, limits.Top])], InvertedY);
        }
    }

    private static void Set(IAxis axis, double[] ends, bool inverted)
    {
        double[] finite = [.. ends.Where(double.IsFinite).DefaultIfEmpty(double.NaN)];
        (double low, double high) = Turned(Room(axis, finite.Min(), finite.Max()), inverted);
        axis.Range.Set(low, high);
    }

    private static (double Low, double High) Room(IAxis axis, double low, double high)
    {
        bool log = axis.TickGenerator is LogTicks;
        double largest = Math.Max(Math.Abs(low), Math.Abs(high));
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            return (0, 1);
        }

        // One value: on either side there is room for ticks.
        if (log ? high - low <= 1e-9 : largest < Nothing || high - low <= 1e-12 * largest)
        {
            double middle = (low / 2) + (high / 2);
            double half = log ? 0.5 : largest < Nothing ? 1 : 0.1 * largest;
            return (middle - half, middle + half);
        }

        double room = (axis is IXAxis ? 0.02 : 0.05) * (high - low);
        return (!log && low >= 0 ? Math.Max(0, low - room) : low - room, high + room);
    }

    private static (double From, double To) Turned((double Low, double High) range, bool inverted) =>
        inverted ? (range.High, range.Low) : range;
}
