using System.Numerics;

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

    // How many kinds of tensor an error lists.
    private const int Listed = 8;

    private readonly Lock _lock = new();
    private readonly Stack<Block>?[] _classes = new Stack<Block>?[4 * 64];
    private readonly System.Collections.Concurrent.ConcurrentQueue<Block> _finalized = new();
    private readonly HashSet<Allocation> _all = [];
    private long _live;
    private long _peak;
    private long _cached;
    private long _allocations;

    /// <summary>The most bytes that blocks may take, in use or waiting; beyond it the device counts as full.</summary>
    internal long Limit { get; set; } = long.MaxValue;

    internal DeviceStatistics Statistics(long launches)
    {
        ReturnFinalized();
        lock (_lock)
        {
            return new DeviceStatistics(_live, _peak, _cached, _allocations, launches);
        }
    }

    /// <summary>Lends a block to an operator, whose name and shape an error will tell if memory runs out.</summary>
    internal Block Rent(long bytes, string origin = "a kernel", int[]? dims = null)
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
                Lend(block, origin, dims);
                return block;
            }
        }

        Block made = Allocate(size, index, origin);
        lock (_lock)
        {
            _allocations++;
            _all.Add(made.Allocation);
            Lend(made, origin, dims);
        }

        return made;
    }

    internal void Return(Block block)
    {
        lock (_lock)
        {
            _live -= block.ByteLength;
            _cached += block.ByteLength;
            block.Allocation.Origin = null;
            block.Allocation.Dims = [];
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
                    _all.Remove(block.Allocation);
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

    private void Lend(Block block, string origin, int[]? dims)
    {
        _live += block.ByteLength;
        _peak = Math.Max(_peak, _live);
        block.Allocation.Origin = origin;
        block.Allocation.Dims = dims ?? [];
    }

    private void ReturnFinalized()
    {
        while (_finalized.TryDequeue(out Block? block))
        {
            Return(block);
        }
    }

    private Block Allocate(long size, int index, string origin)
    {
        try
        {
            return Make(size, index);
        }
        catch (Exception first) when (IsOutOfMemory(first))
        {
            // Dead tensors may wait for the collector; give it one chance, free what is cached, then try once more.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Trim();
            try
            {
                return Make(size, index);
            }
            catch (Exception second) when (IsOutOfMemory(second))
            {
                throw new DeviceException(
                    $"{device} is out of memory: {origin} asked for {size:N0} bytes, {_live:N0} are in use. Use a smaller batch, end "
                    + $"scopes earlier, or take a device with more memory. {Largest()}",
                    second);
            }
        }
    }

    private bool IsOutOfMemory(Exception error) => error is OutOfMemoryException || (!device.IsHost && IlgpuBackend.IsOutOfMemory(error));

    private Block Make(long size, int index)
    {
        lock (_lock)
        {
            if (size > Limit - _live - _cached)
            {
                throw new InsufficientMemoryException($"{size:N0} bytes are more than is left of {Limit:N0}.");
            }
        }

        return new Block(device, size, index);
    }

    // The largest tensors in use, equal ones together.
    private string Largest()
    {
        lock (_lock)
        {
            IEnumerable<string> kinds = _all
                .Where(static use => use.Origin is not null)
                .GroupBy(static use => (use.Origin, Shape: string.Join(", ", use.Dims)))
                .Select(static kind => (kind.Key, Count: kind.Count(), Bytes: kind.Sum(static use => use.ByteLength)))
                .OrderByDescending(static kind => kind.Bytes)
                .ThenBy(static kind => kind.Key.Origin, StringComparer.Ordinal)
                .Take(Listed)
                .Select(static kind => $"{kind.Bytes:N0} by {kind.Key.Origin} ({kind.Count} of [{kind.Key.Shape}])");
            return $"The most bytes are used {string.Join(", ", kinds)}.";
        }
    }
}
