namespace DeepSharp.Tables;

/// <summary>How a column of a table becomes features.</summary>
/// <param name="Column">The column's name.</param>
public abstract record TableFeature(string Column)
{
    // A text with more values than these is hardly a category: a name, a key, a number in another form.
    private const int MostCategories = 1000;
    private const int FewCategories = 50;

    /// <summary>What stands for a missing value; by default a missing value is refused.</summary>
    public MissingValues Missing { get; init; }

    /// <summary>Whether a feature more says where values are missing: 1 there, 0 elsewhere.</summary>
    public bool Indicator { get; init; }

    /// <summary>The features that suggest themselves: numbers and dates standardised, texts as one-hot categories.</summary>
    /// <remarks>Where values are missing, the median stands for numbers, with an indicator, and a category of its own for texts. In columns
    /// where no value is missing, one that is missing later is refused. To change a feature, change the list.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="except">Columns that are no features, such as targets and keys.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="InvalidDataException">A text has too many different values for a category: over 1,000, or over 50 and one for each
    /// second row.</exception>
    public static IReadOnlyList<TableFeature> Infer(Table table, params IEnumerable<string> except)
    {
        ArgumentNullException.ThrowIfNull(table);
        HashSet<string> left = [.. except.Select(name => table.Column(name, nameof(Infer)).Name)];
        return [.. table.Columns.Where(name => !left.Contains(name)).Select(name => Of(table, table.Column(name, nameof(Infer))))];
    }

    private static TableFeature Of(Table table, TableColumn column)
    {
        bool missing = Enumerable.Range(0, table.Count).Any(column.IsMissing);
        if (column.Kind != ColumnKind.Text)
        {
            return new NumberFeature(column.Name) { Missing = missing ? MissingValues.Median : MissingValues.Refuse, Indicator = missing };
        }

        int values = column.Codes.Where(static code => code >= 0).Distinct().Count();
        return values > MostCategories || (values > FewCategories && values > table.Count / 2)
            ? throw new InvalidDataException(
                $"{table.Source}: column '{column.Name}' is text with {values} different values in {table.Count} rows, such as '{column.Texts[0]}', which are "
                + "hardly categories. Name the features without it, or with a CategoryFeature for it; if it is numbers or dates, say so in "
                + "CsvOptions (DecimalSeparator, DateFormat, Kinds).")
            : new CategoryFeature(column.Name) { Missing = missing ? MissingValues.Category : MissingValues.Refuse };
    }
}
