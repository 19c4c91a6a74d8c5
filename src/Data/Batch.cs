namespace DeepSharp.Data;

/// <summary>Some samples of a data set with their targets: what a training step sees. Both belong to the step's scope.</summary>
/// <param name="X">The samples, [rows, …].</param>
/// <param name="Y">Their targets, [rows] or [rows, …].</param>
public readonly record struct Batch(Tensor X, Tensor Y);
