namespace DeepSharp.Tables;

/// <summary>Collects the cells of a column, and finds out what they are.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="name">The column's name.</param>
/// <param name="parser">What cells say.</param>
/// <param name="stated">What the column is, if it is known.</param>
internal sealed class ColumnBuilder(string path, string name, CellParser parser, ColumnKind? stated)
{
    private readonly TextPool _pool = new();

    // Unknown as long as there are missing values only.
    private ColumnKind? _kind = stated;
    private readonly bool _isStated = stated is not null;
    private double[] _numbers = stated == ColumnKind.Text ? [] : new double[1024];
    private int[] _codes = stated == ColumnKind.Text ? new int[1024] : [];
    private int _count;

    /// <summary>Whether it is text after numbers or dates, whose texts are gone: to be read again.</summary>
    internal bool IsLost { get; private set; }

    internal void Add(ReadOnlySpan<char> cell, int row)
    {
        if (IsLost)
        {
            return;
        }

        if (_kind is null && !parser.IsMissing(cell))
        {
            Begin(cell);
        }

        if (_kind == ColumnKind.Text)
        {
            Grow(ref _codes);
            _codes[_count++] = _pool.TryCode(cell, out int code) ? code : parser.IsMissing(cell) ? -1 : _pool.Code(cell);
            return;
        }

        Grow(ref _numbers);
        if (_kind == ColumnKind.Date ? parser.TryDate(cell, out double number) : parser.TryNumber(cell, out number))
        {
            _numbers[_count++] = number;
        }
        else if (_isStated)
        {
            throw new InvalidDataException(
                $"{path}: row {row + 1}, column '{name}': expected a {(_kind == ColumnKind.Date ? "date" : "number")} (CsvOptions.Kinds), and found '{cell}'. See "
                + (_kind == ColumnKind.Date ? "CsvOptions.DateFormat" : "CsvOptions.DecimalSeparator and ThousandsSeparator")
                + "; what stands for a missing value is in CsvOptions.Missing.");
        }
        else
        {
            IsLost = true;
            _numbers = [];
        }
    }

    internal TableColumn Build() => _kind == ColumnKind.Text
        ? new TableColumn(name, _codes[.._count], _pool.Texts)
        : new TableColumn(name, _kind ?? ColumnKind.Number, _numbers[.._count]);

    // The first value decides.
    private void Begin(ReadOnlySpan<char> cell)
    {
        _kind = parser.TryNumber(cell, out _) ? ColumnKind.Number : parser.TryDate(cell, out _) ? ColumnKind.Date : ColumnKind.Text;
        if (_kind == ColumnKind.Text)
        {
            _codes = new int[_numbers.Length];
            Array.Fill(_codes, -1);
            _numbers = [];
        }
    }

    private void Grow<T>(ref T[] cells)
    {
        if (_count == cells.Length)
        {
            Array.Resize(ref cells, _count * 2);
        }
    }
}
