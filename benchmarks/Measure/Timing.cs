using System.Diagnostics;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Times as the PyTorch side takes them, so that all can be compared. What a side has of its own is in its other half.</summary>
internal static partial class Timing
{
    private const int Blocks = 9;
    private const double BlockSeconds = 0.05;
    private const double WarmUpSeconds = 0.3;

    /// <summary>Seconds a call takes: after a warm-up, the median over blocks of as many calls as fill a twentieth of a second.</summary>
    internal static double MedianSeconds(Action action)
    {
        // So long the runtime needs to replace the code that it made in haste.
        long start = Stopwatch.GetTimestamp();
        do
        {
            Block(action, 1);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);

        int calls = 1;
        while (Block(action, calls) is double seconds && seconds < BlockSeconds)
        {
            calls = Math.Max(calls + 1, (int)Math.Min(calls * 10.0, calls * 1.2 * BlockSeconds / Math.Max(seconds, 1e-9)));
        }

        return Median([.. Enumerable.Range(0, Blocks).Select(_ => Block(action, calls) / calls)]);
    }

    internal static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Prints a measurement.</summary>
    internal static void Row(string name, string unit, double value) =>
        Console.WriteLine(FormattableString.Invariant($"{Side} {name} {unit} {value:G6}"));

    /// <summary>Prints a row of microseconds.</summary>
    internal static void Microseconds(string name, Action action) => Row(name, "us", MedianSeconds(action) * 1e6);

    // One call, whose results are given back.
    private static partial void Call(Action action);

    private static double Block(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            Call(action);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
