using Sylvan.Data.Csv;

namespace DeepSharp.Tables;

/// <summary>Reads CSV into columns, cell by cell, without a string for a cell.</summary>
internal static class CsvTable
{
    private const int BufferSize = 1 << 16;
    private const int LongestRow = 1 << 26;

    internal static Table Read(string path, CsvOptions options)
    {
        using Stream file = TableFile.Open(path, "a CSV file");
        try
        {
            ColumnBuilder?[] columns = Pass(file, path, options, null);
            if (columns.Any(static column => column is { IsLost: true }))
            {
                file.Position = 0;
                ColumnBuilder?[] again = Pass(file, path, options, columns);
                columns = [.. columns.Select((column, i) => again[i] ?? column)];
            }

            return new Table(path, columns.OfType<ColumnBuilder>().Select(static column => column.Build()));
        }
        catch (CsvFormatException error)
        {
            throw new InvalidDataException(
                $"{path}: row {error.RowNumber}{(error.FieldOrdinal > 0 ? $", cell {error.FieldOrdinal + 1}" : "")} is not CSV as expected: {error.Message} "
                + "See CsvOptions (Delimiter, Quote, HasHeader).", error);
        }
    }

    /// <summary>Reads the columns that are asked for; behind a first pass, those that it has lost, as text.</summary>
    private static ColumnBuilder?[] Pass(Stream file, string path, CsvOptions options, ColumnBuilder?[]? before)
    {
        using StreamReader text = new(file, options.Encoding, detectEncodingFromByteOrderMarks: true, BufferSize, leaveOpen: true);
        using CsvDataReader reader = CsvDataReader.Create(text, new CsvDataReaderOptions
        {
            Delimiter = options.Delimiter,
            Quote = options.Quote,
            HasHeaders = options.HasHeader,
            BufferSize = BufferSize,
            MaxBufferSize = LongestRow,
            HeaderComparer = StringComparer.Ordinal,
            OwnsReader = false,
        });
        int count = reader.FieldCount;
        string[] names = [.. Enumerable.Range(0, count).Select(i => options.HasHeader ? reader.GetName(i) : $"{i}")];
        Check(path, options, names);
        CellParser parser = new(options);
        ColumnBuilder?[] columns = [.. names.Select((name, i) => before is null
            ? options.Columns?.Contains(name) == false
                ? null
                : new ColumnBuilder(path, name, parser, options.Kinds.TryGetValue(name, out ColumnKind kind) ? kind : null)
            : before[i] is { IsLost: true } ? new ColumnBuilder(path, name, parser, ColumnKind.Text) : null)];
        (int Place, ColumnBuilder Column)[] read =
            [.. columns.Index().Where(static entry => entry.Item is not null).Select(static entry => (entry.Index, entry.Item!))];
        for (int row = 0; reader.Read();)
        {
            if (reader.RowFieldCount != count)
            {
                if (reader.RowFieldCount <= 1 && reader.GetFieldSpan(0).IsEmpty)
                {
                    continue;
                }

                throw new InvalidDataException(
                    $"{path}: row {row + 1}: expected {count} cells, as in the first line, and found {reader.RowFieldCount}. A cell with delimiters or line ends "
                    + "needs quotes around it; see CsvOptions.Delimiter, too.");
            }

            foreach ((int place, ColumnBuilder column) in read)
            {
                column.Add(reader.GetFieldSpan(place), row);
            }

            row++;
        }

        return columns;
    }

    private static void Check(string path, CsvOptions options, string[] names)
    {
        if (names.CountBy(static name => name).FirstOrDefault(static entry => entry.Value > 1) is { Key: { } twice })
        {
            throw new InvalidDataException($"{path}: expected columns of different names in the first line, and found '{twice}' twice.");
        }

        if ((options.Columns ?? []).FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new InvalidDataException($"{path}: expected a column '{unknown}' (CsvOptions.Columns), and found: {string.Join(", ", names)}.");
        }
    }
}
