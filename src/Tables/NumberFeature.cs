namespace DeepSharp.Tables;

/// <summary>A column of numbers, or of dates as days since 1970, as one feature: (x − mean) / deviation.</summary>
/// <remarks>Mean and standard deviation (that of the population) are those of the values that are there in the table that the encoding is fitted to. Where
/// all values are equal, the deviation counts as 1. What is missing is filled in first.</remarks>
/// <param name="Column">The column's name.</param>
public sealed record NumberFeature(string Column) : TableFeature(Column)
{
    /// <summary>Whether the numbers are standardised, or stay as they are.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>What stands for a missing value with <see cref="MissingValues.Constant"/>, on the column's own scale.</summary>
    public double Constant { get; init; }
}
