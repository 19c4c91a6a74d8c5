using ScottPlot;
using ScottPlot.TickGenerators;

namespace DeepSharp.Charts;

/// <summary>Ticks of an axis on which the logarithm to base ten of a value stands: powers of ten, or numbers between them on a short axis.</summary>
public sealed class LogTicks : ITickGenerator
{
    // Pixels from a label to the next, at least.
    private const float Across = 44;
    private const float Upright = 26;

    // With more powers than that, lines for each would be one black bar.
    private const int MostPowers = 60;
    private static readonly int[] s_strides = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

    /// <inheritdoc/>
    public Tick[] Ticks { get; private set; } = [];

    /// <inheritdoc/>
    public int MaxTickCount { get; set; } = 200;

    /// <inheritdoc/>
    public void Regenerate(CoordinateRange range, Edge edge, PixelLength size, Paint paint, LabelStyle labelStyle)
    {
        double low = Math.Max(Math.Min(range.Min, range.Max), -400);
        double high = Math.Min(Math.Max(range.Min, range.Max), 400);
        float apart = edge.IsVertical() ? Upright : Across;
        int room = Math.Max(2, (int)(size.Length / apart));
        IEnumerable<Tick> ticks = low <= high ? Between(low, high, room, size.Length, apart) : [];
        Ticks = [.. ticks.Where(tick => tick.Position >= low && tick.Position <= high).Take(MaxTickCount)];
    }

    private static IEnumerable<Tick> Between(double low, double high, int room, float length, float apart)
    {
        int first = (int)Math.Ceiling(low);
        int last = (int)Math.Floor(high);
        // Less than three powers of ten: 1, 2 and 5 of each. On a short axis, round numbers.
        double[] steps = [.. Enumerable.Range((int)Math.Floor(low), 4).SelectMany(static power => Multiples(power, 1, 2, 5)).Where(at => at >= low && at <= high)];
        if (last - first < 2 && steps.Length >= 2 && steps.Length <= room)
        {
            return steps.Select(static at => Tick.Major(at, AxisText.Of(Math.Pow(10, at))))
                .Concat(Enumerable.Range((int)Math.Floor(low), 4).SelectMany(static power => Multiples(power, 3, 4, 6, 7, 8, 9)).Select(Tick.Minor));
        }

        if (last - first >= 1)
        {
            int stride = s_strides.First(stride => stride == 500 || (last - first) / stride < room);
            IEnumerable<int> powers = Enumerable.Range(first, last - first + 1);
            return powers.Where(power => power % stride == 0).Select(static power => Tick.Major(power, AxisText.PowerOfTen(power)))
                .Concat(last - first > MostPowers ? []
                    : stride > 1 ? powers.Where(power => power % stride != 0).Select(static power => Tick.Minor(power))
                    : Enumerable.Range(first - 1, last - first + 2).SelectMany(static power => Multiples(power, 2, 3, 4, 5, 6, 7, 8, 9)).Select(Tick.Minor));
        }

        (double from, double to) = (Math.Pow(10, low), Math.Min(Math.Pow(10, high), double.MaxValue));
        double[] round = to > from
            ? new DecimalTickSpacingCalculator().GenerateTickPositions(new CoordinateRange(from, to), new PixelLength(length), new PixelLength(apart))
            : [from];
        return round.Select(static value => Tick.Major(Math.Log10(value), AxisText.Of(value)));
    }

    private static IEnumerable<double> Multiples(int power, params int[] digits) => digits.Select(digit => power + Math.Log10(digit));
}
