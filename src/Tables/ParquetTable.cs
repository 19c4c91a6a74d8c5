using Parquet;
using Parquet.Schema;

namespace DeepSharp.Tables;

/// <summary>Reads Parquet files into columns.</summary>
internal static class ParquetTable
{
    internal static Table Read(string path, IReadOnlyCollection<string>? columns)
    {
        using Stream file = TableFile.Open(path, "a Parquet file");

        // The library is asynchronous alone; on a thread of the pool it waits for nobody's context.
        return Task.Run(() => Read(file, path, columns)).GetAwaiter().GetResult();
    }

    private static async Task<Table> Read(Stream file, string path, IReadOnlyCollection<string>? columns)
    {
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true);
            DataField[] fields = reader.Schema.DataFields;
            if (columns?.FirstOrDefault(name => fields.All(field => Name(field) != name)) is { } unknown)
            {
                throw new InvalidDataException($"{path}: expected a column '{unknown}', and found: {string.Join(", ", fields.Select(Name))}.");
            }

            List<TableColumn> read = [];
            foreach (DataField field in fields.Where(field => columns?.Contains(Name(field)) != false))
            {
                read.Add(await Read(reader, field, path));
            }

            return new Table(path, read);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: expected a Parquet file, which cannot be read: {error.Message}", error);
        }
    }

    private static string Name(DataField field) => field.Path.ToString();

    private static Task<TableColumn> Read(ParquetReader reader, DataField field, string path)
    {
        bool nested = field.MaxRepetitionLevel > 0 || field.IsArray;
        return nested ? throw Unfit(field, path, "a list") : field.ClrType switch
        {
            var type when type == typeof(double) => Numbers<double>(static value => value),
            var type when type == typeof(float) => Numbers<float>(static value => value),
            var type when type == typeof(int) => Numbers<int>(static value => value),
            var type when type == typeof(long) => Numbers<long>(static value => value),
            var type when type == typeof(short) => Numbers<short>(static value => value),
            var type when type == typeof(sbyte) => Numbers<sbyte>(static value => value),
            var type when type == typeof(byte) => Numbers<byte>(static value => value),
            var type when type == typeof(ushort) => Numbers<ushort>(static value => value),
            var type when type == typeof(uint) => Numbers<uint>(static value => value),
            var type when type == typeof(ulong) => Numbers<ulong>(static value => value),
            var type when type == typeof(decimal) => Numbers<decimal>(static value => (double)value),
            var type when type == typeof(DateTime) => Numbers<DateTime>(TableColumn.Days, ColumnKind.Date),
            var type when type == typeof(DateOnly) => Numbers<DateOnly>(static value => TableColumn.Days(value.ToDateTime(default)), ColumnKind.Date),
            var type when type == typeof(bool) => Truths(static value => value ? "true" : "false"),
            var type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => Texts(),
            var type => throw Unfit(field, path, type.Name),
        };

        async Task<TableColumn> Numbers<T>(Func<T, double> number, ColumnKind kind = ColumnKind.Number)
            where T : struct
        {
            List<double> numbers = [];
            await Cells<T>(value => numbers.Add(value is { } there ? number(there) : double.NaN));
            return new TableColumn(Name(field), kind, [.. numbers]);
        }

        async Task<TableColumn> Truths(Func<bool, string> text)
        {
            TextPool pool = new();
            List<int> codes = [];
            await Cells<bool>(value => codes.Add(value is { } there ? pool.Code(text(there)) : -1));
            return new TableColumn(Name(field), [.. codes], pool.Texts);
        }

        async Task<TableColumn> Texts()
        {
            TextPool pool = new();
            List<int> codes = [];
            foreach (ParquetRowGroupReader group in reader.RowGroups)
            {
                string?[] cells = new string?[checked((int)group.RowCount)];
                await group.ReadAsync(field, cells.AsMemory()!);
                codes.AddRange(cells.Select(cell => cell is null ? -1 : pool.Code(cell)));
            }

            return new TableColumn(Name(field), [.. codes], pool.Texts);
        }

        async Task Cells<T>(Action<T?> add)
            where T : struct
        {
            foreach (ParquetRowGroupReader group in reader.RowGroups)
            {
                int count = checked((int)group.RowCount);
                if (field.IsNullable)
                {
                    T?[] cells = new T?[count];
                    await group.ReadAsync<T>(field, cells.AsMemory());
                    Array.ForEach(cells, add);
                }
                else
                {
                    T[] cells = new T[count];
                    await group.ReadAsync<T>(field, cells.AsMemory());
                    Array.ForEach(cells, cell => add(cell));
                }
            }
        }
    }

    private static InvalidDataException Unfit(DataField field, string path, string type) => new(
        $"{path}: column '{Name(field)}': expected numbers, truth values, text or dates, and found {type}. Name the columns to read without it.");
}
