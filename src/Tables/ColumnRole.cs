namespace DeepSharp.Tables;

/// <summary>What an encoding makes of a column.</summary>
internal enum ColumnRole
{
    NumberFeature,
    CategoryFeature,
    ClassTarget,
    NumberTarget,
}
