namespace DeepSharp.Logging;

/// <summary>How many of a list of numbers are in each of TensorFlow's histogram bins.</summary>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
/// <param name="Limits">The right ends of the bins from the one before the first that has a number to the last that has.</param>
/// <param name="Counts">How many are in each, from the end before to its own, which is outside.</param>
internal sealed record HistogramBins(double Min, double Max, long Count, double Sum, double SumOfSquares, double[] Limits, double[] Counts)
{
    // TensorFlow's: 0 and 1e-12 · 1.1^k up to 1e20, on both sides.
    private static readonly double[] s_edges = Edges();

    /// <summary>The bins of the numbers that are finite; null if none is.</summary>
    internal static HistogramBins? Of(ReadOnlySpan<double> values)
    {
        (double min, double max, double sum, double squares) = (double.PositiveInfinity, double.NegativeInfinity, 0, 0);
        long count = 0;
        double[] counts = new double[s_edges.Length - 1];
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                continue;
            }

            count++;
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
            sum += value;
            squares += value * value;
            int found = Array.BinarySearch(s_edges, value);
            // Those beyond the ends are in the last bins.
            counts[Math.Clamp(found >= 0 ? found : ~found - 1, 0, counts.Length - 1)]++;
        }

        if (count == 0)
        {
            return null;
        }

        int first = Array.FindIndex(counts, static n => n > 0);
        int last = Array.FindLastIndex(counts, static n => n > 0);

        // TensorBoard knows right ends alone; so the left end of the first bin is the right one of an empty bin.
        return new HistogramBins(min, max, count, sum, squares, s_edges[first..(last + 2)], [0, .. counts[first..(last + 1)]]);
    }

    private static double[] Edges()
    {
        List<double> positive = [];
        for (double edge = 1e-12; edge < 1e20; edge *= 1.1)
        {
            positive.Add(edge);
        }

        return [.. positive.AsEnumerable().Reverse().Select(static edge => -edge), 0, .. positive];
    }
}
