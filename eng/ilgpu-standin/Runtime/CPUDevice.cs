using System.Collections.Immutable;
using System.Numerics;

namespace ILGPU.Runtime.CPU;

/// <summary>A make-believe GPU on host threads. The groups are shared among as many threads as it has multiprocessors.</summary>
public sealed class CPUDevice : Device
{
    public static readonly CPUDevice Default = new(4, 4, 1);
    public static readonly CPUDevice Nvidia = new(32, 32, 1);
    public static readonly CPUDevice AMD = new(32, 8, 1);
    public static readonly CPUDevice LegacyAMD = new(64, 4, 1);
    public static readonly CPUDevice Intel = new(16, 8, 1);
    public static readonly ImmutableArray<CPUDevice> All = [Default, Nvidia, AMD, LegacyAMD, Intel];

    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numThreadsPerWarp, 2);
        if (!BitOperations.IsPow2(numWarpsPerMultiprocessor) || numThreadsPerWarp * numWarpsPerMultiprocessor > short.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(numWarpsPerMultiprocessor), "The number of warps must be a power of two, and a group at most 32767 threads.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(numMultiprocessors, 1);
        AcceleratorType = AcceleratorType.CPU;
        Name = nameof(CPUAccelerator);
        WarpSize = numThreadsPerWarp;
        MaxNumThreadsPerGroup = numThreadsPerWarp * numWarpsPerMultiprocessor;
        MaxNumThreadsPerMultiprocessor = MaxNumThreadsPerGroup;
        NumMultiprocessors = numMultiprocessors;
        MaxGroupSize = new Index3D(MaxNumThreadsPerGroup);
        MaxGridSize = new Index3D(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MemorySize = long.MaxValue;
        MaxSharedMemoryPerGroup = int.MaxValue;
        MaxConstantMemory = int.MaxValue;
    }

    public int NumThreads => MaxNumThreads;

    public static CPUDevice GetDevice(CPUDeviceKind kind) =>
        Enum.IsDefined(kind) ? All[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind));

    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    public CPUAccelerator CreateCPUAccelerator(Context context) => new(context, this);

    public override bool Equals(object? obj) =>
        obj is CPUDevice other && other.WarpSize == WarpSize && other.MaxNumThreadsPerGroup == MaxNumThreadsPerGroup
        && other.NumMultiprocessors == NumMultiprocessors && base.Equals(obj);

    public override int GetHashCode() => HashCode.Combine(WarpSize, MaxNumThreadsPerGroup, NumMultiprocessors);
}
