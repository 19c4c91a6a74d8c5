using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>A block of memory and the number of tensors that share it.</summary>
internal sealed class Storage
{
    private readonly Block _block;
    private int _references = 1;
    private Guard? _guard;

    internal Storage(Block block) => _block = block;

    internal Block Block => _block;

    internal static Storage Rent(Device device, long bytes) => new(device.Pool.Rent(bytes));

    internal Storage Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            if (_guard is { } guard)
            {
                guard.Disarm();
            }

            _block.Device.Pool.Return(_block);
        }
    }

    /// <summary>
    /// From now on the collector may find the storage unreachable, because no scope ends its tensors: let it give the block back.
    /// </summary>
    internal void LeaveToCollector()
    {
        if (_guard is null)
        {
            Interlocked.CompareExchange(ref _guard, new Guard(_block), null);
        }
    }

    // Only tensors outside scopes pay for a finalizer. Reachable from its storage alone, it dies with it.
    private sealed class Guard
    {
        private readonly Block _block;

        internal Guard(Block block)
        {
            _block = block;
            GC.AddMemoryPressure(block.ByteLength);
        }

        ~Guard()
        {
            GC.RemoveMemoryPressure(_block.ByteLength);
            _block.Device.Pool.ReturnLater(_block);
        }

        [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA1816", Justification = "The storage disposes its guard.")]
        internal void Disarm()
        {
            GC.RemoveMemoryPressure(_block.ByteLength);
            GC.SuppressFinalize(this);
        }
    }
}
