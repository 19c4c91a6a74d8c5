namespace DeepSharp.Tables;

/// <summary>What the cells of a column are.</summary>
public enum ColumnKind
{
    /// <summary>Numbers, in Float64.</summary>
    Number,

    /// <summary>Text: names of categories, free text.</summary>
    Text,

    /// <summary>Points in time, in days since the beginning of 1970.</summary>
    Date,
}
