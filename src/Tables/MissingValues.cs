namespace DeepSharp.Tables;

/// <summary>What stands for a missing value.</summary>
public enum MissingValues
{
    /// <summary>Nothing: a missing value is an error that names row and column.</summary>
    Refuse,

    /// <summary>The mean of the values in the table that the encoding was fitted to. For numbers and dates.</summary>
    Mean,

    /// <summary>The median of the values in the table that the encoding was fitted to. For numbers and dates.</summary>
    Median,

    /// <summary>A constant that the feature names.</summary>
    Constant,

    /// <summary>A category of its own. For categories.</summary>
    Category,
}
