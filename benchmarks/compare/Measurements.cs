using System.Globalization;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>What one side printed, round after round: rows of a name, a unit and a value.</summary>
internal sealed class Measurements(string side)
{
    private readonly Dictionary<string, (string Unit, List<double> Values)> _rows = [];
    private readonly List<string> _notes = [];

    internal IEnumerable<string> Names => _rows.Keys;

    /// <summary>Versions and machine, as printed in lines that begin with #.</summary>
    internal IReadOnlyList<string> Notes => _notes;

    internal void Read(string output)
    {
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                if (!_notes.Contains(line[2..]))
                {
                    _notes.Add(line[2..]);
                }
            }
            else if (line.Split(' ') is [string first, string name, string unit, string value] && first == side
                && double.TryParse(value, CultureInfo.InvariantCulture, out double number))
            {
                if (!_rows.TryGetValue(name, out (string Unit, List<double> Values) row))
                {
                    _rows[name] = row = (unit, []);
                }

                row.Values.Add(number);
            }
        }
    }

    internal string Unit(string name) => _rows[name].Unit;

    /// <summary>The median over the rounds; NaN for a row that this side has not.</summary>
    internal double Median(string name)
    {
        if (!_rows.TryGetValue(name, out (string Unit, List<double> Values) row))
        {
            return double.NaN;
        }

        double[] sorted = [.. row.Values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
