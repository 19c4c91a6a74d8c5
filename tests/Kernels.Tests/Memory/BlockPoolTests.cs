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
}
