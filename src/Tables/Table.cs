using Microsoft.Data.Analysis;

namespace DeepSharp.Tables;

/// <summary>A table in memory: named columns of numbers, texts or dates, in which values may be missing.</summary>
/// <remarks>
/// Numbers are kept in Float64 (integers above 2⁵³ lose digits), truth values as the texts "true" and "false", a text once however often it
/// occurs. Rows count from 1 in messages, as they stand in the file, without the header and blank lines. A <see cref="TableEncoding"/> makes features
/// and targets of it.
/// </remarks>
public sealed class Table
{
    private readonly Dictionary<string, TableColumn> _columns;

    // Where the rows of a part stood.
    private readonly int[]? _rows;

    internal Table(string source, IEnumerable<TableColumn> columns, int[]? rows = null)
    {
        Source = source;
        _rows = rows;
        _columns = new Dictionary<string, TableColumn>(StringComparer.Ordinal);
        foreach (TableColumn column in columns)
        {
            if (!_columns.TryAdd(column.Name, column))
            {
                throw new InvalidDataException($"{source}: expected columns of different names, and found two of the name '{column.Name}'.");
            }

            Count = column.Count;
        }

        Columns = [.. _columns.Keys];
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The names of the columns, in their order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What the table was read from, for messages.</summary>
    internal string Source { get; }

    /// <summary>Reads a CSV file, with Sylvan.Data.Csv.</summary>
    /// <remarks>A column is a number or a date if all its cells are, and else text; <see cref="CsvOptions.Kinds"/> says what it is. The file is read once; only
    /// columns that turn out to be text after they began as numbers or dates are read again.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is written; if null, with a header and decimal points.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">Rows have different numbers of cells, quotes are not closed, columns share a name, or a cell is not what
    /// <see cref="CsvOptions.Kinds"/> says; the message names file, row, column and value.</exception>
    public static Table FromCsv(string path, CsvOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CsvTable.Read(path, options ?? new CsvOptions());
    }

    /// <summary>Reads a Parquet file, with Parquet.Net.</summary>
    /// <remarks>Nulls and NaN are missing values.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="columns">The columns to read; all if null.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a whole Parquet file, or a column is neither numbers, truth values, text nor dates.</exception>
    public static Table FromParquet(string path, IReadOnlyCollection<string>? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ParquetTable.Read(path, columns);
    }

    /// <summary>Copies a data frame of Microsoft.Data.Analysis.</summary>
    /// <param name="frame">The frame; nulls and NaN are missing values.</param>
    /// <exception cref="InvalidDataException">A column is neither numbers, truth values, text nor dates.</exception>
    public static Table FromDataFrame(DataFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return FrameTable.Read(frame);
    }

    /// <summary>What a column's cells are.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public ColumnKind Kind(string column) => Column(column, nameof(Kind)).Kind;

    /// <summary>The numbers of a column, or the days since 1970 of its dates; NaN where they are missing.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="ArgumentException">There is no such column, or it is text.</exception>
    public ReadOnlySpan<double> Numbers(string column)
    {
        TableColumn found = Column(column, nameof(Numbers));
        return found.Kind != ColumnKind.Text
            ? found.Numbers
            : throw new ArgumentException(
                $"{Source}: column '{column}' is text, not numbers. Take Texts, or read it as a number (CsvOptions.Kinds).", nameof(column));
    }

    /// <summary>A column's cells as text, numbers and dates as the invariant culture writes them; null where they are missing.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public IReadOnlyList<string?> Texts(string column)
    {
        TableColumn found = Column(column, nameof(Texts));
        return [.. Enumerable.Range(0, Count).Select(found.Text)];
    }

    /// <summary>Two parts of randomly chosen rows, such as for training and test; each keeps the rows' order.</summary>
    /// <param name="fraction">The share of the first part, in (0, 1).</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside (0, 1).</exception>
    public (Table First, Table Second) Split(double fraction, ulong seed = 0)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), $"Split: the fraction must be in (0, 1), not {fraction}.");
        }

        using TensorScope scope = Tensor.Scope();
        long[] order = Tensor.Permutation(Count, Device.Cpu, new Generator(seed)).To(DType.Int64).ToArray<long>();
        int first = (int)Math.Round(fraction * Count);
        return (Part(order[..first]), Part(order[first..]));

        Table Part(long[] rows) => Rows([.. rows.Order().Select(static row => (int)row)]);
    }

    /// <summary>The rows in which no value of some columns is missing.</summary>
    /// <param name="columns">The columns; all if none is named.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Table DropMissing(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        TableColumn[] looked = [.. (columns.Count == 0 ? Columns : columns).Select(name => Column(name, nameof(DropMissing)))];
        return Rows([.. Enumerable.Range(0, Count).Where(row => !looked.Any(column => column.IsMissing(row)))]);
    }

    /// <summary>What the table was read from, and its columns: their kinds and how many values are missing.</summary>
    public override string ToString() => $"{Source}: {Count} rows\n" + string.Join('\n', _columns.Values.Select(column =>
        $"{column.Name}: {column.Kind}, {Enumerable.Range(0, Count).Count(column.IsMissing)} missing"));

    internal bool Has(string column) => _columns.ContainsKey(column);

    internal TableColumn Column(string name, string operation) =>
        name is not null && _columns.TryGetValue(name, out TableColumn? column)
            ? column
            : throw new ArgumentException($"{operation}: {Source} has no column '{name}'. It has: {string.Join(", ", Columns)}.");

    /// <summary>What is wrong with a cell.</summary>
    internal InvalidDataException Bad(int row, string column, string text) =>
        new($"{Source}: row {(_rows is null ? row : _rows[row]) + 1}, column '{column}': {text}");

    private Table Rows(int[] rows) => new(
        Source, _columns.Values.Select(column => column.Rows(rows)), _rows is null ? rows : [.. rows.Select(row => _rows[row])]);
}
