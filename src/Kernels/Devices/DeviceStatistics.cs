namespace DeepSharp;

/// <summary>What a device holds and has done: a snapshot of its counters.</summary>
/// <param name="LiveBytes">Bytes of the blocks in use.</param>
/// <param name="PeakBytes">The largest value <paramref name="LiveBytes"/> has had.</param>
/// <param name="CachedBytes">Bytes of the blocks that wait in the pool.</param>
/// <param name="Allocations">Blocks that the pool had to allocate: its misses.</param>
/// <param name="Launches">Kernels started.</param>
public readonly record struct DeviceStatistics(long LiveBytes, long PeakBytes, long CachedBytes, long Allocations, long Launches);
