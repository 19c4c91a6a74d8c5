namespace DeepSharp.Training;

/// <summary>An axis of a <see cref="Chart"/>.</summary>
public sealed class ChartAxis
{
    private double? _minimum;
    private double? _maximum;

    /// <summary>What it measures, with its unit.</summary>
    public string Label { get; set; } = "";

    /// <summary>How values are laid out.</summary>
    public AxisScale Scale { get; set; }

    /// <summary>Where it begins; by the data if null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? Minimum
    {
        get => _minimum;
        set => _minimum = Finite(value, nameof(Minimum));
    }

    /// <summary>Where it ends; by the data if null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? Maximum
    {
        get => _maximum;
        set => _maximum = Finite(value, nameof(Maximum));
    }

    /// <summary>What stands at 0, 1, 2 and so on in place of numbers, all of it: the names of bars, for example. Empty for numbers.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    /// <summary>The ticks of a range: the names that lie in it, or so many round numbers at most.</summary>
    internal IReadOnlyList<AxisTick> Ticks(AxisRange range, int most) => Names.Count == 0
        ? range.Ticks(most)
        : [.. Names.Select(static (name, i) => new AxisTick(i, name)).Where(tick => tick.Value >= range.Low && tick.Value <= range.High)];

    /// <summary>The range to draw: the limits that are set, and otherwise the data with a margin.</summary>
    /// <exception cref="InvalidOperationException">The limits that are set contain nothing that can be drawn.</exception>
    internal AxisRange Range(IEnumerable<double> values, double margin)
    {
        bool log = Scale == AxisScale.Log;
        if ((log && (_minimum <= 0 || _maximum <= 0)) || _minimum >= _maximum)
        {
            throw new InvalidOperationException(
                $"Chart: the axis '{Label}' goes from {_minimum} to {_maximum}; it must ascend, and be above 0 on a logarithmic scale.");
        }

        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value) && (!log || value > 0))
            {
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }
        }

        if (low > high)
        {
            (low, high) = log ? (1, 10) : (0, 1);
        }

        if (log)
        {
            double room = low == high ? Math.Log(2) : Math.Log(high / low) * margin;
            (low, high) = (low * Math.Exp(-room), high * Math.Exp(room));
        }
        else
        {
            double room = low != high ? (high - low) * margin : low == 0 ? 0.5 : Math.Abs(low) * 0.1;
            bool positive = low >= 0;
            (low, high) = (low - room, high + room);
            low = positive ? Math.Max(0, low) : low;
        }

        low = _minimum ?? low;
        high = _maximum ?? high;
        if (!(low < high))
        {
            // One limit is set, and all data lies beyond it.
            (low, high) = _minimum is null ? (log ? high / 10 : high - 1, high) : (low, log ? low * 10 : low + 1);
        }

        return new AxisRange(low, high, Scale);
    }

    private static double? Finite(double? value, string name) => value is null || double.IsFinite(value.Value)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"Chart: the {name.ToLowerInvariant()} of an axis must be finite, not {value}.");
}
