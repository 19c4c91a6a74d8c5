namespace DeepSharp.Data;

/// <summary>A mini-batch.</summary>
/// <param name="X">The samples, [rows, …].</param>
/// <param name="Y">Their targets, [rows] or [rows, …].</param>
public readonly record struct Batch(Tensor X, Tensor Y);
