using System.IO.Compression;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

public class NpzTests
{
    private static Dictionary<string, Tensor> Tensors => new()
    {
        ["a"] = Example.Of(DType.Float32, 2, 3),
        ["b.c"] = Example.Of(DType.Int64, 4),
        ["großes"] = Example.Of(DType.Bool, 7),
    };

    [Theory]
    [InlineData("stored.npz")]
    [InlineData("compressed.npz")]
    public void NumPys_files_are_read(string name)
    {
        IReadOnlyDictionary<string, Tensor> read = Npz.Load(Example.File(name), Device.Cpu);
        foreach ((string key, Tensor value) in Tensors)
        {
            Example.Same(value, read[key]);
        }

        Assert.Equal(name == "stored.npz" ? 3 : 4, read.Count);
        if (read.TryGetValue("zeros", out Tensor? zeros))
        {
            Example.Same(Tensor.Zeros([50, 40], device: Device.Cpu), zeros);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_type_and_view_comes_back_and_the_bytes_are_the_same_each_time(bool compress)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> tensors = Tensors;
        tensors["sub/name"] = Example.Of(DType.Float64, 5, 4).T;
        tensors["scalar"] = Example.Of(DType.UInt8);
        tensors["empty"] = Example.Of(DType.Int32, 0, 3);
        Npz.Save(folder["a"], tensors, compress);
        Npz.Save(folder["b"], tensors.Reverse().ToDictionary(), compress);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        IReadOnlyDictionary<string, Tensor> read = Npz.Load(folder["a"], Device.Cpu);
        Assert.Equal(tensors.Count, read.Count);
        foreach ((string key, Tensor value) in tensors)
        {
            Example.Same(value, read[key]);
        }
    }

    [Fact]
    public void Compression_makes_zeros_small()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> zeros = new() { ["x"] = Tensor.Zeros(100_000, device: Device.Cpu) };
        Npz.Save(folder["a"], zeros);
        Npz.Save(folder["b"], zeros, compress: true);
        Assert.InRange(new FileInfo(folder["a"]).Length, 400_000, 401_000);
        Assert.InRange(new FileInfo(folder["b"]).Length, 100, 4_000);
    }

    [Fact]
    public void Members_that_are_no_arrays_are_named()
    {
        string path = Example.File("stranger.npz");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npz.Load(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("readme.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_archive_is_named()
    {
        string path = Example.File("f4.npy");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npz.Load(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_comes_twice_is_an_error()
    {
        using TemporaryFolder folder = new();
        byte[] npy = File.ReadAllBytes(Example.File("f4.npy"));
        using (ZipArchive archive = ZipFile.Open(folder["a"], ZipArchiveMode.Create))
        {
            for (int i = 0; i < 2; i++)
            {
                using Stream content = archive.CreateEntry("x.npy").Open();
                content.Write(npy);
            }
        }

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"]));
        Assert.Contains("'x' again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_element_is_found_by_its_checksum()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(Example.File("stored.npz"));
        int at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x00, 0x00, 0xc0, 0xbf]);
        bytes[at + 1] ^= 1;
        File.WriteAllBytes(folder["a"], bytes);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"]));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
        Assert.Contains("a.npy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_claims_much_and_holds_little_takes_little_memory()
    {
        using TemporaryFolder folder = new();
        byte[] header = File.ReadAllBytes(Example.File("f4.npy"))[..128];
        "(500000000,)"u8.CopyTo(header.AsSpan(header.AsSpan().IndexOf("(2, 3)"u8)));
        "}"u8.CopyTo(header.AsSpan(header.AsSpan().IndexOf("(500000000,)"u8) + 12));
        using (ZipArchive archive = ZipFile.Open(folder["a"], ZipArchiveMode.Create))
        {
            using Stream content = archive.CreateEntry("x.npy", CompressionLevel.Optimal).Open();
            content.Write(header);
            content.Write(new byte[100]);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
        Assert.Contains("2,000,000,000 bytes of the elements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_must_not_be_empty()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<ArgumentException>(() => Npz.Save(folder["a"], new Dictionary<string, Tensor> { [string.Empty] = Example.Of(DType.Int32, 1) }));
        Assert.Empty(folder.Files);
    }
}
