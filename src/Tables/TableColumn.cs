using System.Globalization;

namespace DeepSharp.Tables;

/// <summary>A column in memory: numbers of which NaN are missing, or texts as places in a list of different ones, of which -1 are missing.</summary>
internal sealed class TableColumn
{
    internal TableColumn(string name, ColumnKind kind, double[] numbers)
    {
        (Name, Kind, Numbers) = (name, kind, numbers);
    }

    internal TableColumn(string name, int[] codes, string[] texts)
    {
        (Name, Kind, Codes, Texts) = (name, ColumnKind.Text, codes, texts);
    }

    internal string Name { get; }

    internal ColumnKind Kind { get; }

    internal double[] Numbers { get; } = [];

    internal int[] Codes { get; } = [];

    internal string[] Texts { get; } = [];

    internal int Count => Kind == ColumnKind.Text ? Codes.Length : Numbers.Length;

    internal bool IsMissing(int row) => Kind == ColumnKind.Text ? Codes[row] < 0 : double.IsNaN(Numbers[row]);

    /// <summary>The cell as text; null if it is missing.</summary>
    internal string? Text(int row) =>
        IsMissing(row) ? null : Kind == ColumnKind.Text ? Texts[Codes[row]] : Text(Numbers[row], Kind);

    internal TableColumn Rows(int[] rows) => Kind == ColumnKind.Text
        ? new TableColumn(Name, [.. rows.Select(row => Codes[row])], Texts)
        : new TableColumn(Name, Kind, [.. rows.Select(row => Numbers[row])]);

    /// <summary>The column with its numbers as text.</summary>
    internal TableColumn AsText()
    {
        if (Kind == ColumnKind.Text)
        {
            return this;
        }

        TextPool pool = new();
        Dictionary<double, int> codes = [];
        int[] places = new int[Count];
        for (int row = 0; row < places.Length; row++)
        {
            double number = Numbers[row];
            if (double.IsNaN(number))
            {
                places[row] = -1;
            }
            else if (!codes.TryGetValue(number, out places[row]))
            {
                codes[number] = places[row] = pool.Code(Text(number, Kind));
            }
        }

        return new TableColumn(Name, places, pool.Texts);
    }

    internal static double Days(DateTime date) => (date - DateTime.UnixEpoch).TotalDays;

    private static string Text(double number, ColumnKind kind) => kind == ColumnKind.Date
        ? DateTime.UnixEpoch.AddDays(number).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : (number + 0).ToString(CultureInfo.InvariantCulture);
}
