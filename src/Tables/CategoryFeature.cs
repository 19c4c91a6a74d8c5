namespace DeepSharp.Tables;

/// <summary>A column of categories, as a feature of 0 and 1 for each (one-hot), or as a number for an embedding.</summary>
/// <remarks>Categories are those of the table that the encoding is fitted to, in the order of their numbers or of their characters. Numbers may be
/// categories too: 3 is the category "3".</remarks>
/// <param name="Column">The column's name.</param>
public sealed record CategoryFeature(string Column) : TableFeature(Column)
{
    /// <summary>Whether the feature is the category's number, for an <c>Embedding</c>, instead of 0 and 1 for each category.</summary>
    public bool Embed { get; init; }

    /// <summary>What becomes of a category that the encoding does not know.</summary>
    public UnknownCategory Unknown { get; init; }

    /// <summary>How many rows a category has at least. Those with fewer count as unknown.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>The category of missing values with <see cref="MissingValues.Constant"/>.</summary>
    public string? Constant { get; init; }
}
