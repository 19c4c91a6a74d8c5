using System.Numerics;
using ILGPU.Runtime;

namespace DeepSharp.Kernels;

/// <summary>
/// The blocks of a device, sorted by size class so that a training step finds what the last one gave back.
/// </summary>
/// <remarks>
/// Classes are a quarter of an octave apart, so at most a fifth of a block is padding. Work on a device is in order, so a
/// block can be lent again as soon as it is returned.
/// </remarks>
internal sealed class BlockPool(Device device)
{
    private const int SmallestLog2 = 8;
    private readonly Lock _lock = new();
    private readonly Stack<Block>?[] _classes = new Stack<Block>?[4 * 64];
    private readonly System.Collections.Concurrent.ConcurrentQueue<Block> _finalized = new();

    // ILGPU frees a buffer in its finalizer. A block that is lent must not become unreachable together with the tensor that has it:
    // it would come back to the pool with memory that is gone.
    private readonly HashSet<Block> _made = [];
    private long _live;
    private long _peak;
    private long _cached;
    private long _allocations;

    /// <summary>Asked for the largest users of memory when there is no more.</summary>
    internal Func<string>? DescribeLive { get; set; }

    internal DeviceStatistics Statistics(long launches)
    {
        ReturnFinalized();
        lock (_lock)
        {
            return new DeviceStatistics(_live, _peak, _cached, _allocations, launches);
        }
    }

    internal Block Rent(long bytes)
    {
        if (!_finalized.IsEmpty)
        {
            ReturnFinalized();
        }

        int index = ClassOf(bytes, out long size);
        lock (_lock)
        {
            if (_classes[index] is { } stack && stack.TryPop(out Block? block))
            {
                _cached -= block.ByteLength;
                Count(block.ByteLength);
                return block;
            }
        }

        Block made = Allocate(size, index);
        lock (_lock)
        {
            _allocations++;
            _made.Add(made);
            Count(size);
        }

        return made;
    }

    internal void Return(Block block)
    {
        lock (_lock)
        {
            _live -= block.ByteLength;
            _cached += block.ByteLength;
            (_classes[block.SizeClass] ??= new Stack<Block>()).Push(block);
        }
    }

    /// <summary>Takes a block from the finalizer thread, which must not touch the device.</summary>
    internal void ReturnLater(Block block) => _finalized.Enqueue(block);

    /// <summary>Frees what nobody uses and says how many bytes that were.</summary>
    internal long Trim()
    {
        ReturnFinalized();
        long freed = 0;
        lock (_lock)
        {
            foreach (Stack<Block>? stack in _classes)
            {
                while (stack is not null && stack.TryPop(out Block? block))
                {
                    freed += block.ByteLength;
                    _made.Remove(block);
                    block.Free();
                }
            }

            _cached -= freed;
        }

        return freed;
    }

    internal static int ClassOf(long bytes, out long size)
    {
        long wanted = Math.Max(bytes, 1L << SmallestLog2);
        int log2 = BitOperations.Log2((ulong)wanted);
        long step = 1L << (log2 - 2);
        long quarters = (wanted - (1L << log2) + step - 1) / step;
        size = (1L << log2) + (quarters * step);
        return (4 * log2) + (int)quarters;
    }

    private void Count(long bytes)
    {
        _live += bytes;
        _peak = Math.Max(_peak, _live);
    }

    private void ReturnFinalized()
    {
        while (_finalized.TryDequeue(out Block? block))
        {
            Return(block);
        }
    }

    private Block Allocate(long size, int index)
    {
        try
        {
            return new Block(device, size, index);
        }
        catch (Exception first) when (first is AcceleratorException or OutOfMemoryException)
        {
            // Dead tensors may wait for the collector; give it one chance, free what is cached, then try once more.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Trim();
            try
            {
                return new Block(device, size, index);
            }
            catch (Exception second) when (second is AcceleratorException or OutOfMemoryException)
            {
                throw new DeviceException(
                    $"{device} is out of memory: {size:N0} bytes were asked for, {_live:N0} are in use. Use a smaller batch, "
                    + $"free tensors with a scope, or a device with more memory.{DescribeLive?.Invoke()}",
                    second);
            }
        }
    }
}
