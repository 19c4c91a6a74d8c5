using System.Globalization;

namespace DeepSharp.Kernels.Tests.Memory;

public class BlockPoolTests
{
    [Fact]
    public void A_class_holds_what_is_asked_with_at_most_a_quarter_more()
    {
        int last = -1;
        for (long bytes = 0; bytes < 1L << 40; bytes += 1 + (bytes / 37))
        {
            int index = BlockPool.ClassOf(bytes, out long size);
            Assert.True(size >= bytes && size >= 256);
            Assert.True(bytes <= 256 || size <= bytes * 1.25, $"{bytes} became {size}");
            Assert.True(index >= last);
            Assert.Equal(index, BlockPool.ClassOf(size, out long same));
            Assert.Equal(size, same);
            last = index;
        }
    }

    [Fact]
    public void A_block_that_came_back_is_lent_again()
    {
        BlockPool pool = new(Device.Cpu);
        Block first = pool.Rent(1000);
        Block second = pool.Rent(1000);
        Assert.NotSame(first, second);
        pool.Return(first);
        Assert.Same(first, pool.Rent(900));
        Assert.NotSame(first, pool.Rent(10_000));
        Assert.Equal(3, pool.Statistics(0).Allocations);
        pool.ReturnLater(second);
        Assert.Same(second, pool.Rent(1000));
    }

    [Fact]
    public void Counters_follow_blocks()
    {
        BlockPool pool = new(Device.Cpu);
        Block a = pool.Rent(4096);
        Block b = pool.Rent(1024);
        Assert.Equal(new DeviceStatistics(5120, 5120, 0, 2, 7), pool.Statistics(7));
        pool.Return(a);
        Assert.Equal(new DeviceStatistics(1024, 5120, 4096, 2, 0), pool.Statistics(0));
        Assert.Equal(4096, pool.Trim());
        Assert.Equal(new DeviceStatistics(1024, 5120, 0, 2, 0), pool.Statistics(0));
        pool.Return(b);
        Assert.Equal(1024, pool.Trim());
        Assert.Equal(0, pool.Trim());
    }

    [Fact]
    public void Blocks_of_the_host_start_on_a_cache_line()
    {
        BlockPool pool = new(Device.Cpu);
        foreach (int bytes in (int[])[1, 100, 1000, 100_000])
        {
            unsafe
            {
                Assert.Equal(0, (long)pool.Rent(bytes).Host<byte>(0) % 64);
            }
        }
    }

    [Fact]
    public void Beyond_the_limit_an_error_names_the_operator_and_the_largest_users()
    {
        BlockPool pool = new(Device.Cpu) { Limit = 10_000 };
        Block kept = pool.Rent(4096, "MatMul", [32, 32]);
        pool.Return(pool.Rent(4096, "Add"));

        // What waits in the pool makes way.
        Block large = pool.Rent(5120, "ReLU", [10, 128]);
        string message = Assert.Throws<DeviceException>(() => pool.Rent(2000, "Exp", [500])).Message;
        Assert.Contains("Exp asked for 2,048 bytes, 9,216 are in use", message, StringComparison.Ordinal);
        Assert.EndsWith("5,120 by ReLU (1 of [10, 128]), 4,096 by MatMul (1 of [32, 32]).", message, StringComparison.Ordinal);
        pool.Return(kept);
        pool.Return(pool.Rent(2000, "Exp"));
        pool.Return(large);
        Assert.Equal(pool.Statistics(0).CachedBytes, pool.Trim());
    }

    [Fact]
    public void What_nobody_asks_for_between_two_looks_goes_back_and_what_is_used_stays()
    {
        BlockPool pool = new(Device.Cpu);
        Block used = pool.Rent(100_000);
        Block unused = pool.Rent(100_000_000);
        pool.Return(unused);
        pool.Return(used);
        pool.Sweep();
        Assert.Equal(used.ByteLength + unused.ByteLength, pool.Statistics(0).CachedBytes);
        for (int step = 0; step < 10; step++)
        {
            Assert.Same(used, pool.Rent(100_000));
            pool.Return(used);
        }

        // A few megabytes may wait for ever.
        Block small = pool.Rent(10_000);
        pool.Return(small);
        pool.Sweep();
        Assert.Equal(new DeviceStatistics(0, pool.Statistics(0).PeakBytes, used.ByteLength + small.ByteLength, 3, 0), pool.Statistics(0));
        pool.Sweep();
        pool.Sweep();
        Assert.Same(used, pool.Rent(100_000));
        pool.Return(used);
        Assert.Equal(used.ByteLength + small.ByteLength, pool.Trim());
    }

    [Fact]
    public void Of_ever_new_sizes_a_quarter_of_the_limit_waits_at_most_when_another_is_made()
    {
        BlockPool pool = new(Device.Cpu) { Limit = 40_000_000 };
        for (int bytes = 100_000; bytes < 8_000_000; bytes += bytes / 5)
        {
            pool.Return(pool.Rent(bytes));
            Assert.InRange(pool.Statistics(0).CachedBytes, 0, 10_000_000 + (bytes * 1.25));
        }

        // The last ones are there.
        long made = pool.Statistics(0).Allocations;
        pool.Return(pool.Rent(7_000_000));
        Assert.Equal(made, pool.Statistics(0).Allocations);
        pool.Trim();
    }

    [Fact]
    public void A_loop_that_asks_for_the_same_blocks_makes_them_once_however_much_of_the_limit_they_are()
    {
        BlockPool pool = new(Device.Cpu) { Limit = 40_000_000 };
        for (int step = 0; step < 1000; step++)
        {
            Block[] blocks = [pool.Rent(10_000_000), pool.Rent(20_000_000), pool.Rent(300_000)];
            Array.ForEach(blocks, pool.Return);
        }

        Assert.Equal(3, pool.Statistics(0).Allocations);
        pool.Trim();
    }

    [Fact]
    public void Threads_do_not_go_beyond_the_limit_together()
    {
        BlockPool pool = new(Device.Cpu) { Limit = 8 * 1024 * 1024 };
        int refused = 0;
        Parallel.For(0, 64, _ =>
        {
            try
            {
                Block block = pool.Rent(1024 * 1024);
                Thread.Sleep(1);
                pool.Return(block);
            }
            catch (DeviceException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.InRange(pool.Statistics(0).PeakBytes, 1, pool.Limit);
        Assert.InRange(refused, 0, 63);
        Assert.Equal(0, pool.Statistics(0).LiveBytes);
        pool.Trim();
    }

    [Fact]
    public void The_limit_of_the_host_is_what_the_machine_or_container_has_and_can_be_set()
    {
        long machine = GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes;
        Device device = new(DeviceKind.Cpu, 1, null);
        Assert.Equal(machine, device.MemoryLimit);
        Assert.Equal(machine, Device.Cpu.MemoryLimit);
        if (File.Exists("/proc/meminfo"))
        {
            long total = 1024 * long.Parse(
                File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture);
            Assert.InRange(device.MemoryLimit, 1, total);
        }

        device.MemoryLimit = 1_000_000;
        Assert.Contains(
            "of the 1,000,000 of Device.MemoryLimit",
            Assert.Throws<DeviceException>(() => device.Pool.Rent(2_000_000)).Message, StringComparison.Ordinal);
        foreach (long wrong in (long[])[0, -1, long.MinValue])
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => device.MemoryLimit = wrong);
            Assert.Contains(wrong.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1_000_000, device.MemoryLimit);
    }
}
