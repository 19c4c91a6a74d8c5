using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepSharp.Logging;

/// <summary>Lays out what a progress bar shows, in lines that are shorter than the terminal is wide.</summary>
internal static class ProgressText
{
    private const string Gap = "  ";

    private static readonly Style s_plain = Style.Plain;
    private static readonly Style s_dim = new(decoration: Decoration.Dim);
    private static readonly Style s_name = new(Color.Grey);
    private static readonly Style s_done = new(Color.Green);

    /// <summary>The lines of an epoch under way: the bar, then as many lines as fit the height, of what matters most first.</summary>
    /// <param name="now">What is known.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Lines there may be.</param>
    /// <param name="unicode">Whether there are blocks to draw with.</param>
    internal static List<List<Segment>> Live(ProgressSnapshot now, int width, int height, bool unicode)
    {
        List<Segment[]> parts = [];
        foreach ((string name, double value) in now.Values)
        {
            parts.Add(Named(name, Value(value)));
            if (parts.Count == 1 && now.Losses.Count > 1)
            {
                parts.Add([new Segment(Sparkline(now.Losses, unicode), new Style(Color.Aqua))]);
            }
        }

        foreach ((string name, double value) in now.Validation)
        {
            parts.Add(Named(name, Value(value)));
        }

        parts.Add([new Segment($"{now.SamplesPerSecond:N0} samples/s", s_plain)]);
        parts.Add(Named("learning rate", $"{now.LearningRate:G4}"));
        parts.Add(Named(now.Device, Bytes(now.DeviceBytes)));
        parts.Add(Named("process", Bytes(now.ProcessBytes)));
        List<List<Segment>> lines = [Bar(now, width - 1, unicode), .. Flow(parts, width - 1, string.Empty)];
        return [.. lines.Take(Math.Max(1, height))];
    }

    /// <summary>An epoch that is done, as the lines that stay.</summary>
    internal static List<List<Segment>> Done(
        int epoch, int epochs, IEnumerable<KeyValuePair<string, double>> values, double samplesPerSecond, double seconds, int width) => Flow(
        [
            [new Segment($"epoch {epoch}/{epochs}", s_done)],
            .. values.Select(static pair => Named(pair.Key, Value(pair.Value))),
            [new Segment($"{samplesPerSecond:N0} samples/s", s_plain)],
            [new Segment($"{seconds:F1} s", s_plain)],
        ],
        width - 1,
        Gap);

    /// <summary>Losses as blocks of eight heights from the least to the greatest; the last readings, at most 24.</summary>
    internal static string Sparkline(IReadOnlyList<double> values, bool unicode)
    {
        string levels = unicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@";
        double[] shown = [.. values.Skip(values.Count - Math.Min(values.Count, 24))];
        double[] finite = [.. shown.Where(double.IsFinite)];
        (double min, double max) = finite.Length == 0 ? (0, 0) : (finite.Min(), finite.Max());
        return string.Concat(shown.Select(value =>
            !double.IsFinite(value) ? '!'
            : max == min ? levels[0]
            : levels[(int)Math.Round((value - min) / (max - min) * (levels.Length - 1))]));
    }

    /// <summary>Seconds as a clock has them: 0:07, 12:34, 1:02:03, 2 d 3 h.</summary>
    internal static string Clock(double seconds)
    {
        if (!(seconds < 100 * 365.0 * 24 * 3600))
        {
            return "?";
        }

        TimeSpan time = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, seconds)));
        return time.TotalDays >= 1 ? $"{time.Days} d {time.Hours} h"
            : time.TotalHours >= 1 ? $"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}"
            : $"{time.Minutes}:{time.Seconds:00}";
    }

    /// <summary>Bytes as 340 KiB, 12.3 MiB, 4.25 GiB.</summary>
    internal static string Bytes(long bytes) => bytes switch
    {
        < 1L << 20 => $"{bytes / 1024.0:F0} KiB",
        < 1L << 30 => $"{bytes / 1048576.0:F1} MiB",
        _ => $"{bytes / 1073741824.0:F2} GiB",
    };

    private static string Value(double value) => value != 0 && Math.Abs(value) < 0.001 ? $"{value:0.###E+0}" : $"{value:F4}";

    private static Segment[] Named(string name, string value) => [new Segment($"{Clean(name)} ", s_name), new Segment(value, s_plain)];

    // Names are the user's; what moves the cursor stays out of the terminal.
    private static string Clean(string name) =>
        name.Any(char.IsControl) ? new StringBuilder(name.Length).Append([.. name.Where(static c => !char.IsControl(c))]).ToString() : name;

    // The bar takes what is left of the line, between 10 and 40 columns; times go where there is no room for it.
    private static List<Segment> Bar(ProgressSnapshot now, int width, bool unicode)
    {
        string label = $"epoch {now.Epoch}/{now.Epochs} ";
        double share = now.Batches == 0 ? 0 : (double)now.Batch / now.Batches;
        string percent = now.IsValidating ? " validating" : $" {share:P0}".Replace(" %", "%", StringComparison.Ordinal);
        List<string> tail = [$"{Gap}{now.Batch:N0}/{now.Batches:N0}"];
        if (now.EpochLeft is { } epoch)
        {
            tail.Insert(0, $"{Gap}{Clock(epoch)} left");
        }

        if (now.AllLeft is { } all && now.Epochs > 1)
        {
            tail.Insert(Math.Min(1, tail.Count), $"{Gap}{Clock(all)} in all");
        }

        int fixedWidth = label.Length + percent.Length;
        while (tail.Count > 0 && fixedWidth + tail.Sum(static text => text.Length) + 10 > width)
        {
            tail.RemoveAt(tail.Count - 1);
        }

        int length = Math.Clamp(width - fixedWidth - tail.Sum(static text => text.Length), 0, 40);
        int full = Math.Clamp((int)Math.Round(share * length), 0, length);
        (char done, char rest) = unicode ? ('━', '─') : ('=', '-');
        List<Segment> line =
        [
            new Segment(label, s_plain),
            new Segment(new string(done, full), s_done),
            new Segment(new string(rest, length - full), s_dim),
            new Segment(percent, s_plain),
            .. tail.Select(static text => new Segment(text, s_dim)),
        ];
        return Cut(line, width);
    }

    private static List<List<Segment>> Flow(IEnumerable<Segment[]> parts, int width, string indent)
    {
        List<List<Segment>> lines = [];
        int used = 0;
        foreach (Segment[] part in parts)
        {
            int length = Segment.CellCount(part);
            if (lines.Count == 0 || used + Gap.Length + length > width)
            {
                List<Segment> begun = lines.Count == 0 ? [] : [new Segment(indent)];
                lines.Add([.. begun, .. part]);
                used = length + (lines.Count == 1 ? 0 : indent.Length);
            }
            else
            {
                lines[^1].AddRange([new Segment(Gap), .. part]);
                used += Gap.Length + length;
            }
        }

        return [.. lines.Select(line => Cut(line, width))];
    }

    private static List<Segment> Cut(List<Segment> line, int width) =>
        Segment.CellCount(line) <= width ? line : Segment.Truncate(line, Math.Max(1, width));
}
