namespace DeepSharp;

/// <summary>What a device holds and has done: a snapshot of its counters.</summary>
/// <param name="LiveBytes">Bytes of the blocks in use.</param>
/// <param name="PeakBytes">The largest value <paramref name="LiveBytes"/> has had.</param>
/// <param name="CachedBytes">Bytes of the blocks that wait in the pool.</param>
/// <param name="Allocations">Blocks that the pool had to allocate: its misses.</param>
/// <param name="Launches">Kernels started.</param>
/// <param name="Kernels">GPU kernels compiled; none on <see cref="Device.Cpu"/>, whose kernels are part of the program.</param>
/// <param name="CompileTime">The time their compilation took.</param>
/// <param name="Waits">How often the host waited for the device: copies to and from it, and <see cref="Device.Synchronize"/>.</param>
public readonly record struct DeviceStatistics(
    long LiveBytes,
    long PeakBytes,
    long CachedBytes,
    long Allocations,
    long Launches,
    int Kernels = 0,
    TimeSpan CompileTime = default,
    long Waits = 0);
