using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>A block of memory and the number of tensors that share it.</summary>
internal sealed class Storage
{
    private readonly Block _block;
    private readonly Storage? _whole;
    private int _references = 1;

    internal Storage(Block block) => _block = block;

    private Storage(Storage whole)
        : this(whole._block) => _whole = whole.Share();

    internal Block Block => _block;

    /// <summary>How often the elements have been changed in place: a graph compares it with what it was when it saved them.</summary>
    internal int Version { get; private set; }

    internal static Storage Rent(Device device, Shape shape, DType dtype, string origin)
    {
        if (dtype == DType.Float64 && !device.HasDoublePrecision)
        {
            throw new DeviceException(
                $"{origin}: a Float64 tensor {shape} cannot be made on {device} ({device.Name}), which computes in single precision only. Take "
                + "Float32 there, or make it on Device.Cpu: To(Device.Cpu) before To(DType.Float64), a file's tensors with Load(…, Device.Cpu).");
        }

        return new(device.Pool.Rent((long)shape.Size * dtype.Size, origin, shape.Dims));
    }

    /// <summary>Counts a change of the elements; a change of a part is one of the whole.</summary>
    internal void CountChange()
    {
        Version++;
        _whole?.CountChange();
    }

    /// <summary>
    /// The same memory for a tensor that has a part of it to itself: changes of it are counted for that part and for the whole, but
    /// not for other parts.
    /// </summary>
    internal Storage Part() => new(this);

    internal Storage Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            if (_whole is not null)
            {
                _whole.Release();
                return;
            }

            if (_block.Guard is Guard guard)
            {
                guard.Disarm();
            }

            _block.Device.Pool.Return(_block);
        }
    }

    /// <summary>
    /// From now on the collector may find the memory unreachable, because no scope ends its tensors: let it give the block back.
    /// </summary>
    internal void LeaveToCollector()
    {
        if (_block.Guard is null)
        {
            Guard guard = new(_block);
            if (Interlocked.CompareExchange(ref _block.Guard, guard, null) is not null)
            {
                guard.Abandon();
            }
        }
    }

    // Only tensors outside scopes pay for a finalizer. Reachable from its block alone, it dies with it.
    private sealed class Guard
    {
        private readonly Block _block;

        internal Guard(Block block)
        {
            _block = block;
            CollectorPressure.Add(block.ByteLength);
        }

        ~Guard()
        {
            CollectorPressure.Remove(_block.ByteLength);
            _block.Guard = null;
            _block.Device.Pool.ReturnLater(_block);
        }

        /// <summary>The block is given back by hand.</summary>
        internal void Disarm()
        {
            _block.Guard = null;
            Abandon();
        }

        /// <summary>Another thread was first.</summary>
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA1816", Justification = "The guard has no Dispose of its own.")]
        internal void Abandon()
        {
            CollectorPressure.Remove(_block.ByteLength);
            GC.SuppressFinalize(this);
        }
    }
}
