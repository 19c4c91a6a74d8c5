namespace ILGPU.Runtime;

/// <summary>What an accelerator can be made of, with its limits.</summary>
public abstract class Device
{
    private protected Device()
    {
    }

    public AcceleratorType AcceleratorType { get; private protected init; }

    public string Name { get; private protected init; } = string.Empty;

    public long MemorySize { get; private protected init; }

    public Index3D MaxGridSize { get; private protected init; }

    public Index3D MaxGroupSize { get; private protected init; }

    public int MaxNumThreadsPerGroup { get; private protected init; }

    public int MaxSharedMemoryPerGroup { get; private protected init; }

    public int MaxConstantMemory { get; private protected init; }

    public int WarpSize { get; private protected init; }

    public int NumMultiprocessors { get; private protected init; }

    public int MaxNumThreadsPerMultiprocessor { get; private protected init; }

    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    public abstract Accelerator CreateAccelerator(Context context);

    public override bool Equals(object? obj) =>
        obj is Device other && other.AcceleratorType == AcceleratorType && other.Name == Name;

    public override int GetHashCode() => (int)AcceleratorType;

    public override string ToString() =>
        $"{Name} [Type: {AcceleratorType}, WarpSize: {WarpSize}, MaxNumThreadsPerGroup: {MaxNumThreadsPerGroup}, MemorySize: {MemorySize}]";
}
