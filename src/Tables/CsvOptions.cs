using System.Text;

namespace DeepSharp.Tables;

/// <summary>How a CSV file is written.</summary>
public sealed record CsvOptions
{
    /// <summary>What stands between cells; if null, the first line shows which of comma, semicolon, tab and bar it is.</summary>
    public char? Delimiter { get; init; }

    /// <summary>What stands around cells that contain delimiters, quotes (written twice) or line ends.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>Whether the first line has the names of the columns. Without it they are "0", "1" and so on.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>What stands before the decimals of numbers, whatever the machine's culture.</summary>
    public char DecimalSeparator { get; init; } = '.';

    /// <summary>What stands between the thousands of numbers; nothing if null.</summary>
    public char? ThousandsSeparator { get; init; }

    /// <summary>How dates are written, as in <see cref="DateTime.ParseExact(string, string, IFormatProvider)"/>; if null, as in ISO 8601.</summary>
    public string? DateFormat { get; init; }

    /// <summary>Cells that are missing values. NaN is one always.</summary>
    public IReadOnlyCollection<string> Missing { get; init; } = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None"];

    /// <summary>What columns are. Those without a word here are numbers or dates if all cells are, and else text.</summary>
    /// <remarks>Columns that the file does not have are not looked for: <see cref="TableEncoding.Kinds"/> go with files without targets, too.</remarks>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; init; } = new Dictionary<string, ColumnKind>();

    /// <summary>The columns to read; all if null.</summary>
    public IReadOnlyCollection<string>? Columns { get; init; }

    /// <summary>The encoding of a file that does not say which it has.</summary>
    public Encoding Encoding { get; init; } = Encoding.UTF8;
}
