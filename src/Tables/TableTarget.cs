namespace DeepSharp.Tables;

/// <summary>A column that a network is to predict.</summary>
/// <param name="Column">The column's name.</param>
public abstract record TableTarget(string Column);
