using System.Globalization;

namespace DeepSharp.Tables;

/// <summary>Encodes the rows of a table as an encoding knows its columns.</summary>
internal static class ColumnEncoder
{
    /// <summary>The column of a table, if it is what the encoding was fitted to.</summary>
    internal static TableColumn Find(Table table, FittedColumn fitted)
    {
        TableColumn column = table.Column(fitted.Column, nameof(TableEncoding));

        // In a file of new rows where all are missing, nothing says what they would be.
        if (column.Kind == fitted.Kind || Enumerable.Range(0, table.Count).All(column.IsMissing))
        {
            return column.Kind == ColumnKind.Text || fitted.Kind != ColumnKind.Text ? column : column.AsText();
        }

        // Of a text among numbers, the first that is none.
        int[] there = [.. Enumerable.Range(0, table.Count).Where(row => !column.IsMissing(row))];
        int row = there.FirstOrDefault(
            row => fitted.Kind == ColumnKind.Number && !double.TryParse(column.Text(row), CultureInfo.InvariantCulture, out _), there[0]);
        throw table.Bad(
            row, fitted.Column,
            $"expected a {fitted.Kind}, as in the table that the encoding was fitted to, and found a {column.Kind}, '{column.Text(row)}'. Read CSV with Kinds = "
            + "encoding.Kinds in CsvOptions.");
    }

    /// <summary>Writes a number of each row, and a 1 behind it where it is missing.</summary>
    internal static void Numbers(Table table, FittedColumn fitted, float[] rows, int width, int place)
    {
        TableColumn column = Find(table, fitted);
        double fill = (fitted.Fill - fitted.Mean) / fitted.Deviation;
        for (int row = 0; row < table.Count; row++)
        {
            bool missing = column.IsMissing(row);
            if (missing && fitted.Missing == MissingValues.Refuse)
            {
                throw Missing(table, row, fitted);
            }

            float number = (float)(missing ? fill : (column.Numbers[row] - fitted.Mean) / fitted.Deviation);
            if (!float.IsFinite(number))
            {
                throw table.Bad(row, fitted.Column, $"expected a number that is finite in Float32, and found {column.Numbers[row]}.");
            }

            int at = (row * width) + place;
            rows[at] = number;
            if (fitted.Indicator)
            {
                rows[at + 1] = missing ? 1 : 0;
            }
        }
    }

    /// <summary>The number of each row's category or class; -1 for those that are none.</summary>
    internal static int[] Categories(Table table, FittedColumn fitted)
    {
        TableColumn column = Find(table, fitted).AsText();
        Dictionary<string, int> numbers = fitted.Categories.Index().ToDictionary(static entry => entry.Item, static entry => entry.Index, StringComparer.Ordinal);
        int[] known = [.. column.Texts.Select(text => numbers.GetValueOrDefault(text, -1))];
        int own = fitted.Categories.Length + (fitted.Missing == MissingValues.Category ? 1 : 0);
        int[] result = new int[table.Count];
        for (int row = 0; row < result.Length; row++)
        {
            int code = column.Codes[row];
            result[row] = code < 0
                ? fitted.Missing switch
                {
                    MissingValues.Category => fitted.Categories.Length,
                    MissingValues.Constant => numbers[fitted.MissingCategory!],
                    _ => throw Missing(table, row, fitted),
                }
                : known[code] >= 0 ? known[code]
                : fitted.Unknown switch
                {
                    UnknownCategory.Category => own,
                    UnknownCategory.Zeros => -1,
                    _ => throw table.Bad(
                        row, fitted.Column,
                        $"expected one of [{string.Join(", ", fitted.Categories.Take(20))}{(fitted.Categories.Length > 20 ? ", …" : "")}], and found "
                        + $"'{column.Text(row)}'" + (fitted.Role == ColumnRole.ClassTarget ? ". See ClassTarget.Classes." : ". See CategoryFeature.Unknown.")),
                };
        }

        return result;
    }

    /// <summary>Writes 1 for each row's category, and a 1 behind them where it is missing.</summary>
    internal static void Categories(Table table, FittedColumn fitted, int[] categories, float[] rows, int width, int place)
    {
        int behind = fitted.Width() - 1;
        TableColumn? column = fitted.Indicator ? Find(table, fitted) : null;
        for (int row = 0; row < categories.Length; row++)
        {
            int at = (row * width) + place;
            if (!fitted.Embed && categories[row] >= 0)
            {
                rows[at + categories[row]] = 1;
            }

            if (column is not null)
            {
                rows[at + behind] = column.IsMissing(row) ? 1 : 0;
            }
        }
    }

    private static InvalidDataException Missing(Table table, int row, FittedColumn fitted) => table.Bad(row, fitted.Column, fitted.Role switch
    {
        ColumnRole.ClassTarget or ColumnRole.NumberTarget => "the target is missing. Drop such rows with table.DropMissing(column).",
        _ => "the value is missing, and nothing stands for it. See TableFeature.Missing.",
    });
}
