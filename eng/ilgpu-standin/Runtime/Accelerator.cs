using ILGPU.Runtime.CPU;

namespace ILGPU.Runtime;

/// <summary>Runs kernels and owns memory.</summary>
public abstract class Accelerator : Util.DisposeBase
{
    private const int ChildrenBetweenSweeps = 4096;
    private readonly Lock _lock = new();
    private List<WeakReference<AcceleratorObject>> _children = [];
    private int _sweepAt = ChildrenBetweenSweeps;

    private protected Accelerator(Context context, Device device)
    {
        Context = context;
        Device = device;
    }

    public Context Context { get; }

    public Device Device { get; }

    public abstract AcceleratorStream DefaultStream { get; }

    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    public string Name => Device.Name;

    public long MemorySize => Device.MemorySize;

    public Index3D MaxGridSize => Device.MaxGridSize;

    public Index3D MaxGroupSize => Device.MaxGroupSize;

    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    public int MaxConstantMemory => Device.MaxConstantMemory;

    public int WarpSize => Device.WarpSize;

    public int NumMultiprocessors => Device.NumMultiprocessors;

    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    public int MaxNumThreads => Device.MaxNumThreads;

    public AcceleratorStream CreateStream() => new CPUStream(this);

    public void Synchronize() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged =>
        Allocate1D<T, Stride1D.Dense>(length, default);

    public MemoryBuffer1D<T, TStride> Allocate1D<T, TStride>(long length, TStride stride)
        where T : unmanaged
        where TStride : struct, IStride1D
    {
        CPUMemoryBuffer memory = CPUMemoryBuffer.Create(this, length, ArrayView<T>.ElementSize);
        return new MemoryBuffer1D<T, TStride>(
            this, new ArrayView1D<T, TStride>(new ArrayView<T>(memory, 0, length), length, stride));
    }

    public override string ToString() => Device.ToString();

    internal void Register(AcceleratorObject child)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        lock (_lock)
        {
            if (_children.Count >= _sweepAt)
            {
                _children = [.. _children.Where(static c => c.TryGetTarget(out AcceleratorObject? o) && !o.IsDisposed)];
                _sweepAt = _children.Count + ChildrenBetweenSweeps;
            }

            _children.Add(new WeakReference<AcceleratorObject>(child));
        }
    }

    private protected override void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        lock (_lock)
        {
            foreach (WeakReference<AcceleratorObject> child in _children)
            {
                if (child.TryGetTarget(out AcceleratorObject? target))
                {
                    target.Dispose();
                }
            }

            _children = [];
        }
    }
}
