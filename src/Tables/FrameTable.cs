using Microsoft.Data.Analysis;

namespace DeepSharp.Tables;

/// <summary>Copies data frames.</summary>
internal static class FrameTable
{
    private const string Source = "DataFrame";

    internal static Table Read(DataFrame frame) => new(Source, frame.Columns.Select(Column));

    private static TableColumn Column(DataFrameColumn column) => column switch
    {
        PrimitiveDataFrameColumn<double> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<float> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<int> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<long> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<short> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<sbyte> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<byte> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<ushort> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<uint> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<ulong> numbers => Numbers(numbers, static value => value),
        PrimitiveDataFrameColumn<decimal> numbers => Numbers(numbers, static value => (double)value),
        PrimitiveDataFrameColumn<DateTime> dates => Numbers(dates, TableColumn.Days, ColumnKind.Date),
        PrimitiveDataFrameColumn<bool> truths => Texts(column, truths.Select(static value => value is { } there ? there ? "true" : "false" : null)),
        StringDataFrameColumn texts => Texts(column, texts),
        ArrowStringDataFrameColumn texts => Texts(column, texts),
        _ => throw new InvalidDataException(
            $"{Source}: column '{column.Name}': expected numbers, truth values, text or dates, and found {column.DataType.Name}. Remove it from the frame."),
    };

    private static TableColumn Numbers<T>(PrimitiveDataFrameColumn<T> column, Func<T, double> number, ColumnKind kind = ColumnKind.Number)
        where T : unmanaged => new(column.Name, kind, [.. column.Select(value => value is { } there ? number(there) : double.NaN)]);

    private static TableColumn Texts(DataFrameColumn column, IEnumerable<string?> cells)
    {
        TextPool pool = new();
        int[] codes = [.. cells.Select(cell => cell is null ? -1 : pool.Code(cell))];
        return new TableColumn(column.Name, codes, pool.Texts);
    }
}
