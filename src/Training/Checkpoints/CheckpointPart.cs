namespace DeepSharp.Training;

/// <summary>Something whose state a checkpoint holds.</summary>
/// <param name="Name">What the names of its tensors begin with.</param>
/// <param name="State">Gives the state.</param>
/// <param name="Load">Goes back to one.</param>
/// <param name="MayBeMissing">Whether a file without it is fine.</param>
internal sealed record CheckpointPart(
    string Name, Func<IReadOnlyDictionary<string, Tensor>> State, Action<IReadOnlyDictionary<string, Tensor>> Load, bool MayBeMissing = false);
