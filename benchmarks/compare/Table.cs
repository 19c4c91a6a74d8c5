using System.Globalization;
using System.Text;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>Both sides in one Markdown table.</summary>
internal static class Table
{
    /// <summary>
    /// A line for each row that DeepSharp has. PyTorch's best is taken where it has more than one way: a loop or the foreach
    /// kernels of an optimizer, a result made anew or written into a tensor that is there.
    /// </summary>
    internal static string Write(Measurements deepSharp, Measurements pyTorch)
    {
        StringBuilder text = new();
        text.AppendLine("| | DeepSharp | PyTorch | DeepSharp is |");
        text.AppendLine("|---|---:|---:|---:|");
        foreach (string name in deepSharp.Names)
        {
            string unit = deepSharp.Unit(name);
            double ours = deepSharp.Median(name);
            (double theirs, string way) = Peer(name, unit, pyTorch);
            string peer = double.IsNaN(theirs) ? "" : $"{Number(theirs)} {unit}{way}";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {Number(ours)} {unit} | {peer} | {Verdict(unit, ours, theirs)} |");
        }

        return text.ToString();
    }

    private static (double Value, string Way) Peer(string name, string unit, Measurements pyTorch)
    {
        int dot = name.LastIndexOf('.');
        (string Name, string Way)[] ways =
        [
            (name, ""),
            (name + ".loop", " (loop)"),
            (name + ".foreach", " (foreach)"),
            (dot < 0 ? name : $"{name[..dot]}_out{name[dot..]}", " (out=)"),
        ];
        (double Value, string Way) best = (double.NaN, "");
        foreach ((string candidate, string way) in ways)
        {
            double value = pyTorch.Median(candidate);
            if (!double.IsNaN(value) && (double.IsNaN(best.Value) || (IsRate(unit) ? value > best.Value : value < best.Value)))
            {
                best = (value, way);
            }
        }

        return best;
    }

    private static string Verdict(string unit, double ours, double theirs)
    {
        if (double.IsNaN(theirs) || unit == "percent")
        {
            return "";
        }

        double ratio = IsRate(unit) ? ours / theirs : theirs / ours;
        string kind = unit == "MB" ? "smaller" : "faster";
        return string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × {(ratio >= 1 ? kind : $"({kind})")}");
    }

    private static bool IsRate(string unit) => unit.EndsWith("/s", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
