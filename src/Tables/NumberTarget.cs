namespace DeepSharp.Tables;

/// <summary>A column of numbers to predict, Float32; several of them are the columns of one tensor [n, k].</summary>
/// <param name="Column">The column's name.</param>
public sealed record NumberTarget(string Column) : TableTarget(Column)
{
    /// <summary>Whether the numbers are standardised as features are; <see cref="TableEncoding.TargetNumbers"/> takes predictions back.</summary>
    public bool Standardize { get; init; }
}
