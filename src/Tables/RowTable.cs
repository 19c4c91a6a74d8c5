using System.Globalization;
using System.Text.Json;

namespace DeepSharp.Tables;

/// <summary>Makes a table of a row that a program has by itself.</summary>
internal static class RowTable
{
    private const string Source = "The row";

    /// <summary>A table of the columns that are asked for, each of its kind.</summary>
    internal static Table Of(IReadOnlyDictionary<string, object?> row, IEnumerable<(string Name, ColumnKind Kind)> columns) =>
        new(Source, columns.Select(column => Column(row, column.Name, column.Kind)));

    private static TableColumn Column(IReadOnlyDictionary<string, object?> row, string name, ColumnKind kind)
    {
        if (!row.TryGetValue(name, out object? given))
        {
            throw new ArgumentException($"{Source} has no '{name}', only: {string.Join(", ", row.Keys)}. Where a value is missing, say null.", nameof(row));
        }

        object? value = given is JsonElement json ? Plain(json) : given;
        if (kind != ColumnKind.Text)
        {
            return new TableColumn(name, kind, [kind == ColumnKind.Date ? Days(value, name) : Number(value, name)]);
        }

        string? text = value switch
        {
            null => null,
            bool truth => truth ? "true" : "false",
            double.NaN or float.NaN => null,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return new TableColumn(name, [text is null ? -1 : 0], text is null ? [] : [text]);
    }

    private static double Number(object? value, string name) => value switch
    {
        null => double.NaN,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        double or float or decimal or int or long or short or sbyte or byte or ushort or uint or ulong =>
            Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => throw Unfit(name, "a number", value),
    };

    private static double Days(object? value, string name) => value switch
    {
        null => double.NaN,
        DateTime date => TableColumn.Days(date),
        DateTimeOffset date => TableColumn.Days(date.UtcDateTime),
        DateOnly date => TableColumn.Days(date.ToDateTime(default)),
        string text when new CellParser(new CsvOptions()).TryDate(text, out double days) => days,
        _ => throw Unfit(name, "a date", value),
    };

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        _ => value,
    };

    private static ArgumentException Unfit(string name, string expected, object value) =>
        new($"{Source}: '{name}': expected {expected} or null, and found '{value}' ({value.GetType().Name}).");
}
