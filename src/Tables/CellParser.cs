using System.Globalization;

namespace DeepSharp.Tables;

/// <summary>What cells of text say.</summary>
internal sealed class CellParser
{
    private static readonly string[] s_dates =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssFFFFFFFK", "yyyy-MM-dd HH:mm:ssFFFFFFFK", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm",
    ];

    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly string[] _dates;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _missing;
    private readonly bool _missingNumbers;
    private readonly NumberStyles _style;
    private readonly NumberFormatInfo _format;
    private readonly char? _thousands;
    private readonly char _separator;

    internal CellParser(CsvOptions options)
    {
        _dates = options.DateFormat is { } format ? [format] : s_dates;
        _style = options.ThousandsSeparator is null ? NumberStyles.Float : NumberStyles.Float | NumberStyles.AllowThousands;
        _thousands = options.ThousandsSeparator;
        _separator = options.DecimalSeparator;
        _format = (NumberFormatInfo)NumberFormatInfo.InvariantInfo.Clone();

        // Equal separators are refused by parsing: the thousands' is one that no number has.
        _format.NumberGroupSeparator = options.ThousandsSeparator is { } thousands ? thousands.ToString() : "\0";
        _format.NumberDecimalSeparator = options.DecimalSeparator.ToString();
        HashSet<string> missing = new(options.Missing, StringComparer.Ordinal);
        _missing = missing.GetAlternateLookup<ReadOnlySpan<char>>();
        _missingNumbers = missing.Any(text => TryParse(text, out double number) && !double.IsNaN(number));
    }

    internal bool IsMissing(ReadOnlySpan<char> cell) => _missing.Contains(cell);

    /// <summary>A number, NaN if it is missing.</summary>
    internal bool TryNumber(ReadOnlySpan<char> cell, out double number)
    {
        if (!_missingNumbers && TryParse(cell, out number))
        {
            return true;
        }

        if (IsMissing(cell))
        {
            number = double.NaN;
            return true;
        }

        return TryParse(cell, out number);
    }

    /// <summary>The days since 1970, NaN if the date is missing.</summary>
    internal bool TryDate(ReadOnlySpan<char> cell, out double days)
    {
        if (IsMissing(cell))
        {
            days = double.NaN;
            return true;
        }

        bool parsed = DateTime.TryParseExact(
            cell.Trim(), _dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date);
        days = TableColumn.Days(date);
        return parsed;
    }

    private bool TryParse(ReadOnlySpan<char> cell, out double number) =>
        TryShort(cell, out number) || TryLong(cell, out number);

    // Digits with a separator among them, up to 15 in all: a whole number below 2^53 by a power of ten up to 10^15, both of which a double has exactly,
    // so that their quotient is the nearest double (Clinger, "How to read floating point numbers accurately", 1990).
    private bool TryShort(ReadOnlySpan<char> cell, out double number)
    {
        number = 0;
        bool isNegative = cell.Length > 0 && cell[0] == '-';
        long digits = 0;
        int behind = -1;
        int count = 0;
        foreach (char sign in isNegative ? cell[1..] : cell)
        {
            uint digit = (uint)sign - '0';
            if (digit < 10)
            {
                digits = (digits * 10) + digit;
                count++;
            }
            else if (sign == _separator && behind < 0)
            {
                behind = count;
            }
            else
            {
                return false;
            }

            if (count > 15)
            {
                return false;
            }
        }

        number = behind < 0 ? digits : digits / s_powers[count - behind];
        number = isNegative ? -number : number;
        return count > 0;
    }

    private bool TryLong(ReadOnlySpan<char> cell, out double number) =>
        double.TryParse(cell, _style, _format, out number) && (_thousands is not { } thousands || IsGrouped(cell, thousands));

    // .NET does not look where the separators stand: 31.12.1969 would be a number.
    private static bool IsGrouped(ReadOnlySpan<char> cell, char thousands)
    {
        for (int i = cell.IndexOf(thousands); i >= 0 && i < cell.Length; i++)
        {
            if (cell[i] == thousands
                && (i == 0 || !char.IsAsciiDigit(cell[i - 1]) || i + 3 >= cell.Length || cell.Slice(i + 1, 3).ContainsAnyExceptInRange('0', '9')
                    || (i + 4 < cell.Length && char.IsAsciiDigit(cell[i + 4]))))
            {
                return false;
            }
        }

        return true;
    }
}
