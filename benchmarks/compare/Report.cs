using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using DeepSharp.Persistence;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>All sides in one Markdown table, with the ratio to the better peer, and a chart of the ratios.</summary>
internal sealed partial class Report
{
    private const string Picture = "docs/images/benchmarks.svg";
    private readonly List<Line> _lines = [];
    private readonly string _marker;

    internal Report(Side deepSharp, IReadOnlyList<Side> peers, int rounds, bool avx2)
    {
        _marker = avx2 ? "compare, AVX2" : "compare";
        foreach (Row row in Rows.Of(deepSharp.Measured.Names))
        {
            string unit = deepSharp.Measured.Unit(row.Name);
            Cell[] others = [.. peers.Select(peer => Best(row.Peer, unit, peer.Measured))];
            double ours = deepSharp.Measured.Median(row.Name);
            double[] ratios = [.. others.Select(cell => unit == "percent" ? double.NaN : IsRate(unit) ? ours / cell.Value : cell.Value / ours)];
            int better = Enumerable.Range(0, ratios.Length).Where(i => !double.IsNaN(ratios[i])).DefaultIfEmpty(-1).MinBy(i => i < 0 ? 0 : ratios[i]);
            _lines.Add(new(row, unit, ours, others, better, better < 0 ? double.NaN : ratios[better]));
        }

        Text = Write(deepSharp, peers, rounds, avx2);
    }

    /// <summary>The Markdown between the markers.</summary>
    internal string Text { get; }

    /// <summary>Replaces what stands between the markers of a file, and draws the chart that it shows.</summary>
    internal void WriteInto(FileInfo file)
    {
        string text = File.ReadAllText(file.FullName);
        (string begin, string end) = ($"<!-- {_marker}: begin -->\n", $"<!-- {_marker}: end -->\n");
        int from = text.IndexOf(begin, StringComparison.Ordinal);
        int to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            Console.Error.WriteLine($"{file.Name} lacks the lines '{begin.Trim()}' and '{end.Trim()}': nothing is written.");
            return;
        }

        AtomicFile.WriteText(file.FullName, text[..(from + begin.Length)] + Text + text[to..]);
        if (Text.Contains(Picture, StringComparison.Ordinal))
        {
            string picture = Path.Combine(file.DirectoryName!, Picture);
            Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
            RatioChart.Draw([.. Compared().Select(static line => (line.Row, line.Ratio))], picture);
        }
    }

    private IEnumerable<Line> Compared() => _lines.Where(static line => !double.IsNaN(line.Ratio));

    private string Write(Side deepSharp, IReadOnlyList<Side> peers, int rounds, bool avx2)
    {
        StringBuilder text = new();
        string processor = Processor().Match(File.Exists("/proc/cpuinfo") ? File.ReadAllText("/proc/cpuinfo") : "").Groups[1].Value;
        Add($"- Measured on {DateTime.UtcNow:d MMMM yyyy}; {rounds} rounds, all sides in turn, medians.");
        Add($"- {(processor.Length > 0 ? processor : RuntimeInformation.ProcessArchitecture)}, {Environment.ProcessorCount} cores{(avx2 ? ", held to AVX2" : "")}; {RuntimeInformation.OSDescription}");
        foreach (string note in deepSharp.Measured.Notes.Concat(peers.SelectMany(static peer => peer.Measured.Notes)))
        {
            Add($"- {note}");
        }

        double[] ratios = [.. Compared().Select(static line => line.Ratio).Order()];
        if (ratios.Length > 0)
        {
            Add($"- DeepSharp is level or ahead in {ratios.Count(static ratio => ratio >= 0.995)} of {ratios.Length} rows; the median of the ratios is {ratios[ratios.Length / 2]:0.00}.");
            if (!avx2)
            {
                Add($"");
                Add($"![The ratios of the table, as bars]({Picture})");
            }
        }

        Add($"");
        Add($"| | DeepSharp | {string.Join(" | ", peers.Select(static peer => peer.Title))} | ratio |");
        Add($"|---|---:|{string.Concat(Enumerable.Repeat("---:|", peers.Count))}---:|");
        foreach (IGrouping<string, Line> group in _lines.GroupBy(static line => line.Row.Group))
        {
            Add($"| **{group.Key}** |{string.Concat(Enumerable.Repeat(" |", peers.Count + 2))}");
            foreach (Line line in group)
            {
                IEnumerable<string> cells = line.Others.Select((cell, i) => double.IsNaN(cell.Value) ? ""
                    : Amount(cell.Value, line.Unit) is string amount && i == line.Better ? $"**{amount}**{cell.Way}" : $"{Amount(cell.Value, line.Unit)}{cell.Way}");
                string ratio = double.IsNaN(line.Ratio) ? "" : string.Create(CultureInfo.InvariantCulture, $"{line.Ratio:0.00} ×");
                Add($"| {line.Row.Text} | {Amount(line.Ours, line.Unit)} | {string.Join(" | ", cells)} | {ratio} |");
            }
        }

        return text.ToString();

        void Add(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    // The best where a peer has more than one way: a loop or the foreach kernels of an optimizer, a result made anew or written into a
    // tensor that is there.
    private static Cell Best(string name, string unit, Measurements peer)
    {
        int dot = name.LastIndexOf('.');
        Cell[] ways =
        [
            new(peer.Median(name), ""),
            new(peer.Median(name + ".loop"), " (loop)"),
            new(peer.Median(name + ".foreach"), " (foreach)"),
            new(dot < 0 ? double.NaN : peer.Median($"{name[..dot]}_out{name[dot..]}"), " (out=)"),
        ];
        IEnumerable<Cell> measured = ways.Where(static way => !double.IsNaN(way.Value)).DefaultIfEmpty(ways[0]);
        return IsRate(unit) ? measured.MaxBy(static way => way.Value)! : measured.MinBy(static way => way.Value)!;
    }

    private static bool IsRate(string unit) => unit.EndsWith("/s", StringComparison.Ordinal);

    private static string Amount(double value, string unit)
    {
        string format = value >= 100 ? "N0" : value >= 10 ? "F1" : "F2";
        return value.ToString(format, CultureInfo.InvariantCulture) + unit switch { "us" => " µs", "percent" => " %", _ => " " + unit };
    }

    [GeneratedRegex(@"model name\s*:\s*(.*)")]
    private static partial Regex Processor();

    private sealed record Cell(double Value, string Way);

    private sealed record Line(Row Row, string Unit, double Ours, Cell[] Others, int Better, double Ratio);
}
