using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>A piece of device memory that the pool lends: aligned memory of the process on the host, an ILGPU buffer of bytes elsewhere.</summary>
internal sealed unsafe class Block
{
    private const long StaggeredFrom = 1024 * 1024;
    private const int Stagger = 65 * 64;

    private static int s_large;

    private readonly Allocation _allocation;
    private readonly void* _base;
    private readonly void* _host;
    private object? _guard;

    internal Block(Device device, long byteLength, int sizeClass)
    {
        Device = device;
        ByteLength = byteLength;
        SizeClass = sizeClass;
        if (device.IsHost)
        {
            // Large blocks begin at different places of a page: streams through several that lie a multiple of a page apart would
            // compete for the same sets of the caches and the same banks of the memory.
            int shift = byteLength < StaggeredFrom ? 0 : (Interlocked.Increment(ref s_large) & 15) * Stagger;
            _base = HostMemory.Allocate((nuint)(byteLength + shift));
            _host = (byte*)_base + shift;
        }

        _allocation = new Allocation(device.Backend?.Allocate(byteLength), byteLength);
    }

    /// <summary>The device the memory is on.</summary>
    public Device Device { get; }

    /// <summary>The size in bytes; the pool rounds up.</summary>
    public long ByteLength { get; }

    internal int SizeClass { get; }

    /// <summary>How many blocks the pool had lent when this one came back.</summary>
    internal long ReturnedAt { get; set; }

    /// <summary>What the pool remembers of the block while somebody else has it.</summary>
    internal Allocation Allocation => _allocation;

    /// <summary>
    /// An object whose finalizer gives the block back. It hangs here and not on the tensor, so that a kernel, which knows the
    /// block alone, keeps it from the collector.
    /// </summary>
    internal ref object? Guard => ref _guard;

    /// <summary>The address of element <paramref name="offset"/> on <see cref="DeviceKind.Cpu"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* Host<T>(long offset)
        where T : unmanaged => (T*)_host + offset;

    /// <summary>A view of <paramref name="length"/> elements for a kernel of a device other than the host.</summary>
    internal ArrayView<T> View<T>(long offset, long length)
        where T : unmanaged =>
        IlgpuBackend.BufferOf(this).AsRawArrayView(offset * sizeof(T), length * sizeof(T)).Cast<T>();

    // The guard's finalizer may run as soon as nothing refers to the block; until a copy is done, something has to.
    internal void Upload<T>(ReadOnlySpan<T> source, long offset)
        where T : unmanaged
    {
        if (source.IsEmpty)
        {
            return;
        }

        if (Device.IsHost)
        {
            source.CopyTo(new Span<T>(Host<T>(offset), source.Length));
            GC.KeepAlive(this);
            return;
        }

        Device.CountWait();
        fixed (T* start = source)
        {
            Device.Backend!.Upload((byte*)start, this, offset * sizeof(T), (long)source.Length * sizeof(T));
        }

        GC.KeepAlive(this);
    }

    internal void Download<T>(Span<T> target, long offset)
        where T : unmanaged
    {
        if (target.IsEmpty)
        {
            return;
        }

        if (Device.IsHost)
        {
            new ReadOnlySpan<T>(Host<T>(offset), target.Length).CopyTo(target);
            GC.KeepAlive(this);
            return;
        }

        Device.CountWait();
        fixed (T* start = target)
        {
            Device.Backend!.Download(this, offset * sizeof(T), (byte*)start, (long)target.Length * sizeof(T));
        }

        GC.KeepAlive(this);
    }

    internal void Free()
    {
        if (_host is not null)
        {
            HostMemory.Free(_base);
        }
        else
        {
            IlgpuBackend.Free(this);
        }
    }
}
