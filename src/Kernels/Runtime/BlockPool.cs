using System.Numerics;

namespace DeepSharp.Kernels;

/// <summary>
/// The blocks of a device, sorted by size class so that a training step finds what the last one gave back.
/// </summary>
/// <remarks>
/// Classes are a quarter of an octave apart, so at most a fifth of a block is padding. Work on a device is in order, so a
/// block can be lent again as soon as it is returned. What waits is bounded in two ways that cost a training loop nothing, because it asks
/// for the same blocks in every step: where much waits, a block that nobody has asked for in a while goes back to the system, and when a new
/// one must be made although a quarter of the limit waits, those that have waited longest make way.
/// </remarks>
internal sealed class BlockPool(Device device)
{
    private const int SmallestLog2 = 8;

    // How many kinds of tensor an error lists.
    private const int Listed = 8;

    // What has waited from one look to the next, so long and while so many others were lent, goes. No step of a training lends as many, so
    // that a slow one keeps its blocks.
    private const long SweepMilliseconds = 15_000;
    private const long RentsPerSweep = 1 << 15;

    // As much may wait for good: too little to be missed elsewhere.
    private const long WaitingAnyway = 64L * 1024 * 1024;

    // Whether it is time is asked once in so many rents; a power of two.
    private const int RentsPerLook = 256;

    // Of the limit, what may wait when another block has to be made.
    private const int WaitingShare = 4;

    private readonly Lock _lock = new();
    // The last of a class came back last.
    private readonly List<Block>?[] _classes = new List<Block>?[4 * 64];
    private readonly System.Collections.Concurrent.ConcurrentQueue<Block> _finalized = new();
    private readonly HashSet<Allocation> _all = [];
    private long _live;
    private long _peak;
    private long _cached;
    private long _allocations;
    private long _rents;
    private long _rentsAtSweep;
    private long _sweptAt = Environment.TickCount64;

    /// <summary>The most bytes that blocks may take, in use or waiting; beyond it the device counts as full.</summary>
    internal long Limit
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = long.MaxValue;

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
            if ((++_rents & (RentsPerLook - 1)) == 0 && _rents - _rentsAtSweep >= RentsPerSweep
                && Environment.TickCount64 - _sweptAt >= SweepMilliseconds)
            {
                Sweep();
            }

            if (_classes[index] is { Count: > 0 } waiting)
            {
                Block block = waiting[^1];
                waiting.RemoveAt(waiting.Count - 1);
                _cached -= block.ByteLength;
                _live += block.ByteLength;
                Lend(block, origin, dims);
                return block;
            }

            while (_cached > 0 && (_cached > Limit / WaitingShare || size > Limit - _live - _cached))
            {
                FreeOldest();
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
            block.ReturnedAt = _rents;
            (_classes[block.SizeClass] ??= []).Add(block);
        }
    }

    /// <summary>Takes a block from the finalizer thread, which must not touch the device.</summary>
    internal void ReturnLater(Block block) => _finalized.Enqueue(block);

    /// <summary>Frees what nobody uses and says how many bytes that were.</summary>
    internal long Trim()
    {
        ReturnFinalized();
        lock (_lock)
        {
            return FreeReturnedBefore(long.MaxValue);
        }
    }

    /// <summary>Frees what nobody has asked for since the last call, if more waits than anyway.</summary>
    internal void Sweep()
    {
        lock (_lock)
        {
            if (_cached > WaitingAnyway)
            {
                FreeReturnedBefore(_rentsAtSweep);
            }

            // Counted as a rent, which tells what came back just before from what comes next.
            _rentsAtSweep = ++_rents;
            _sweptAt = Environment.TickCount64;
        }
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
        _peak = Math.Max(_peak, _live);
        block.Allocation.Origin = origin;
        block.Allocation.Dims = dims ?? [];
    }

    private long FreeReturnedBefore(long rents)
    {
        long before = _cached;
        foreach (List<Block>? waiting in _classes)
        {
            int old = 0;
            while (waiting is not null && old < waiting.Count && waiting[old].ReturnedAt < rents)
            {
                Free(waiting[old++]);
            }

            waiting?.RemoveRange(0, old);
        }

        return before - _cached;
    }

    private void FreeOldest()
    {
        List<Block> first = _classes.Where(static waiting => waiting is { Count: > 0 }).MinBy(static waiting => waiting![0].ReturnedAt)!;
        Free(first[0]);
        first.RemoveAt(0);
    }

    private void Free(Block block)
    {
        _cached -= block.ByteLength;
        _all.Remove(block.Allocation);
        block.Free();
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
                    $"{device} is out of memory: {origin} asked for {size:N0} bytes, {_live:N0} are in use"
                    + (Limit < long.MaxValue ? $" of the {Limit:N0} of Device.MemoryLimit. " : ". ")
                    + $"Use a smaller batch, end scopes earlier, or take a device with more memory. {Largest()}",
                    second);
            }
        }
    }

    private bool IsOutOfMemory(Exception error) => error is OutOfMemoryException || (!device.IsHost && IlgpuBackend.IsOutOfMemory(error));

    // Counts the block before it is there, so that two threads do not both take the last of the limit.
    private Block Make(long size, int index)
    {
        lock (_lock)
        {
            if (size > Limit - _live - _cached)
            {
                throw new InsufficientMemoryException($"{size:N0} bytes are more than is left of {Limit:N0}.");
            }

            _live += size;
        }

        try
        {
            return new Block(device, size, index);
        }
        catch
        {
            lock (_lock)
            {
                _live -= size;
            }

            throw;
        }
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
