using System.Globalization;

namespace DeepSharp.Kernels.Tests.Memory;

public sealed unsafe class HostMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(9_000_001)]
    public void Blocks_begin_at_a_cache_line_and_can_be_written_to_the_end(int bytes)
    {
        BlockPool pool = new(Device.Cpu);
        Block block = pool.Rent(bytes);
        byte* start = block.Host<byte>(0);
        Assert.Equal(0, (long)start % 64);
        new Span<byte>(start, bytes).Fill(7);
        Assert.Equal(7, start[bytes - 1]);
        block.Free();
    }

    [Fact]
    public void Linux_is_asked_for_large_pages_where_a_block_is_large()
    {
        void* large = HostMemory.Allocate(16 * 1024 * 1024);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, (long)large % (2 * 1024 * 1024));
        }

        // Kernels can be built without such pages.
        if (File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"))
        {
            Assert.Contains("hg", FlagsOf((ulong)large + (1024 * 1024)));
        }

        HostMemory.Free(large);

        void* small = HostMemory.Allocate(100_000);
        Assert.Equal(0, (long)small % 64);
        HostMemory.Free(small);
    }

    // The flags of the mapping that an address lies in (proc_pid_smaps(5)): "hg" is the advice to use large pages.
    private static string[] FlagsOf(ulong address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = words[0].Split('-');
            if (range.Length == 2 && ulong.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong from))
            {
                inside = from <= address && address < ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (inside && words[0] == "VmFlags:")
            {
                return words;
            }
        }

        throw new InvalidOperationException($"No mapping holds {address:x}.");
    }
}
