using System.Buffers.Binary;
using System.IO.Compression;
using DeepSharp.Data;

namespace DeepSharp.Tests;

public class IdxFileTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_are_read_plain_and_gzipped(bool zipped)
    {
        using TemporaryFolder folder = new();
        byte[] values = [.. Enumerable.Range(0, 24).Select(static i => (byte)(i * 11))];
        Write(folder["a"], Make([2, 3, 4], values), zipped);
        Tensor read = IdxFile.Read(folder["a"], Device.Cpu);
        Assert.Equal(DType.UInt8, read.DType);
        Assert.Equal(new Shape(2, 3, 4), read.Shape);
        Assert.Equal(values, read.ToArray<byte>());
        Assert.Equal(values, IdxFile.Read(folder["a"], TestDevice.Gpu).ToArray<byte>());
    }

    [Theory]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 0, 28, 28 })]
    [InlineData(new[] { 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(new[] { 200_001 })]
    public void Any_size_is_read(int[] dims)
    {
        using TemporaryFolder folder = new();
        byte[] values = [.. Enumerable.Range(0, new Shape(dims).Size).Select(static i => (byte)(i % 251))];
        Write(folder["a"], Make(dims, values), zipped: false);
        Tensor read = IdxFile.Read(folder["a"], Device.Cpu);
        Assert.Equal(new Shape(dims), read.Shape);
        Assert.Equal(values, read.ToArray<byte>());
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "empty", [], "magic" },
        { "three bytes", [0, 0, 8], "magic" },
        { "not zero", [1, 0, 8, 1, 0, 0, 0, 1, 7], "010008" },
        { "floats", [0, 0, 0x0D, 1, 0, 0, 0, 1, 7, 7, 7, 7], "00000D" },
        { "text", [.. "hello, world"u8], "68656C" },
        { "no axes", [0, 0, 8, 0, 7], "found 0" },
        { "nine axes", [0, 0, 8, 9, .. new byte[36]], "found 9" },
        { "no length", [0, 0, 8, 2, 0, 0, 0, 1, 0], "length of axis 1" },
        { "a byte too few", [0, 0, 8, 1, 0, 0, 0, 3, 7, 7], "3 elements of [3]" },
        { "a byte too many", [0, 0, 8, 1, 0, 0, 0, 3, 7, 7, 7, 7], "one more byte" },
        { "an axis of 2^31", [0, 0, 8, 1, 128, 0, 0, 0, 7], "axes of 2147483648." },
        { "axes of 2^16", [0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0, 7], "axes of 65536 x 65536." },
        { "empty axes after long ones", [0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 0, 0, 0, 0], "axes of 2147483647 x 2147483647 x …" },
        { "lengths behind an empty axis", [0, 0, 8, 3, 0, 0, 0, 0, 127, 255, 255, 255, 0, 0, 0, 2], "axes of 0 x 2147483647 x 2." },
        { "2 GB announced", [0, 0, 8, 1, 127, 255, 255, 255, 7], "2147483647 elements of [2147483647], and found a file of " },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_files_are_errors_that_name_them(string name, byte[] bytes, string says)
    {
        using TemporaryFolder folder = new();
        foreach (bool zipped in (bool[])[false, true])
        {
            Write(folder[name], bytes, zipped);
            long before = GC.GetAllocatedBytesForCurrentThread();
            InvalidDataException error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder[name], Device.Cpu));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
            Assert.StartsWith(folder[name], error.Message, StringComparison.Ordinal);
            Assert.Contains("expected", error.Message, StringComparison.Ordinal);
            Assert.Contains("found", error.Message, StringComparison.Ordinal);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_gzip_streams_are_errors_that_name_the_file()
    {
        using TemporaryFolder folder = new();
        Write(folder["a"], Make([1000], [.. Enumerable.Range(0, 1000).Select(static i => (byte)(i * i))]), zipped: true);
        byte[] good = File.ReadAllBytes(folder["a"]);

        // The last eight bytes are checksum and length; without them all is there, and the runtime's decoder does not miss them.
        for (int i = 0; i < good.Length - 8; i += 7)
        {
            File.WriteAllBytes(folder["b"], good[..i]);
            InvalidDataException error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["b"], Device.Cpu));
            Assert.StartsWith(folder["b"], error.Message, StringComparison.Ordinal);
        }

        byte[] bytes = [.. good];
        bytes[^6] ^= 1;
        File.WriteAllBytes(folder["b"], bytes);
        Assert.Contains("gzip", Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["b"], Device.Cpu)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_gzip_stream_memory_is_taken_for_what_has_come()
    {
        using TemporaryFolder folder = new();
        byte[] noise = new byte[200_000];
        new Random(1).NextBytes(noise);
        Write(folder["a"], [0, 0, 8, 1, 5, 245, 225, 0, .. noise], zipped: true);
        Device device = new(DeviceKind.Cpu, 1, null);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["a"], device));
        Assert.Contains("expected 100000000 elements of [100000000], and found only 200000 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(device.Statistics.PeakBytes, 0, 2_000_000);
        Assert.Equal(0, device.Statistics.LiveBytes);
    }

    [Fact]
    public void What_a_gzip_stream_outgrows_goes_back_to_the_system()
    {
        using TemporaryFolder folder = new();
        byte[] values = new byte[10_000_000];
        Write(folder["a"], Make([10_000_000], values), zipped: true);
        Device device = new(DeviceKind.Cpu, 1, null);
        using Tensor read = IdxFile.Read(folder["a"], device);

        // It has grown from one megabyte; what a pool keeps, nobody would ask for again.
        DeviceStatistics after = device.Statistics;
        Assert.True(after.Allocations > 1);
        Assert.Equal(0, after.CachedBytes);
        Assert.InRange(after.LiveBytes, 10_000_000, 13_000_000);
    }

    [Fact]
    public void Large_gzip_streams_are_read_with_little_more_memory_than_they_need()
    {
        using TemporaryFolder folder = new();
        byte[] values = [.. Enumerable.Range(0, 12_345_678).Select(static i => (byte)(i % 253))];
        Write(folder["a"], Make([12_345_678], values), zipped: true);
        Device device = new(DeviceKind.Cpu, 1, null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using Tensor read = IdxFile.Read(folder["a"], device);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.Equal(values, read.ToArray<byte>());
        Assert.InRange(device.Statistics.PeakBytes, 12_345_678, 2 * 12_345_678);

        // On another device the memory that has become too small is copied there.
        byte[] fewer = values[..1_300_000];
        Write(folder["b"], Make([1300, 1000], fewer), zipped: true);
        using Tensor there = IdxFile.Read(folder["b"], TestDevice.Gpu);
        Assert.Equal(fewer, there.ToArray<byte>());
    }

    [Fact]
    public void The_caller_may_limit_the_bytes()
    {
        using TemporaryFolder folder = new();
        Write(folder["a"], Make([1000], new byte[1000]), zipped: true);
        using Tensor read = IdxFile.Read(folder["a"], Device.Cpu, maxBytes: 1000);
        string error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(folder["a"], Device.Cpu, maxBytes: 999)).Message;
        Assert.Contains("expected at most 999 bytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_come_through_pipes()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        foreach (bool zipped in (bool[])[false, true])
        {
            string pipe = folder[$"pipe{zipped}"];
            Write(folder["a"], Make([3], [7, 8, 9]), zipped);
            using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            {
                await made.WaitForExitAsync();
            }

            Task writing = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(folder["a"])));
            using Tensor read = IdxFile.Read(pipe, Device.Cpu);
            Assert.Equal([7, 8, 9], read.ToArray<byte>());
            await writing;
        }
    }

    [Fact]
    public void Missing_files_and_folders_are_named()
    {
        using TemporaryFolder folder = new();
        string message = Assert.Throws<FileNotFoundException>(() => IdxFile.Read(folder["none"])).Message;
        Assert.StartsWith(folder["none"] + ": expected an IDX file and found no file", message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder["folder"]);
        message = Assert.Throws<FileNotFoundException>(() => IdxFile.Read(folder["folder"])).Message;
        Assert.StartsWith(folder["folder"] + ": expected an IDX file and found a folder", message, StringComparison.Ordinal);
    }

    internal static byte[] Make(int[] dims, byte[] values)
    {
        List<byte> bytes = [0, 0, 8, (byte)dims.Length];
        foreach (int dim in dims)
        {
            byte[] word = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(word, dim);
            bytes.AddRange(word);
        }

        return [.. bytes, .. values];
    }

    internal static void Write(string path, byte[] bytes, bool zipped)
    {
        using FileStream file = File.Create(path);
        using Stream stream = zipped ? new GZipStream(file, CompressionLevel.Optimal) : file;
        stream.Write(bytes);
    }
}
