namespace DeepSharp.Tables;

/// <summary>A column of classes, as labels from 0, Int32 [n].</summary>
/// <param name="Column">The column's name.</param>
public sealed record ClassTarget(string Column) : TableTarget(Column)
{
    /// <summary>The classes by label; if null, those of the table, in the order of their numbers or of their characters.</summary>
    public IReadOnlyList<string>? Classes { get; init; }
}
