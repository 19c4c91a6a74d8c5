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
        TensorDictionary read = Npz.Load(Example.File(name), Device.Cpu);
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
        TensorDictionary read = Npz.Load(folder["a"], Device.Cpu);
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
    public void Files_beside_the_arrays_do_not_keep_them_from_being_read()
    {
        string path = Example.File("mixed.npz");
        TensorDictionary read = Npz.Load(path, Device.Cpu);
        Assert.Equal(["folder/x"], read.Keys);
        Example.Same(Example.Of(DType.Float32, 2, 3), read["folder/x"]);
        Assert.Equal(["README.md", "folder/notes"], read.Skipped.Keys.Order(StringComparer.Ordinal));
        string error = Assert.Throws<KeyNotFoundException>(() => read["README.md"]).Message;
        Assert.Equal($"{path}: 'README.md' is no tensor. It is another file, not an array, whose name ends with .npy.", error);
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
    public void What_was_loaded_before_an_error_is_freed()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(Example.File("stored.npz"));

        // The last element of the second member, 3 * 3 - 5.
        int at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[4, 0, 0, 0, 0, 0, 0, 0, (byte)'P', (byte)'K']);
        bytes[at] ^= 1;
        File.WriteAllBytes(folder["a"], bytes);
        using TensorScope scope = Tensor.Scope();
        Device device = TestDevice.Gpu;

        // What other tests left to the collector must not come back meanwhile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = device.Statistics.LiveBytes;
        Assert.Contains("b.c", Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"], device)).Message, StringComparison.Ordinal);
        Assert.InRange(device.Statistics.LiveBytes, 0, before);
    }

    [Fact]
    public void Arrays_that_no_tensor_holds_do_not_keep_the_others_from_being_read()
    {
        string path = Example.File("types.npz");
        TensorDictionary read = Npz.Load(path, Device.Cpu);
        Assert.Equal(["a"], read.Keys);
        Example.Same(Example.Of(DType.Float32, 2, 3), read["a"]);
        Dictionary<string, string> expected = new()
        {
            ["names"] = "'<U3'",
            ["raw"] = "'|S3'",
            ["pairs"] = "[('x', '<f4'), ('y]', '<i4', (2,))]",
            ["objects"] = "'|O'",
            ["times"] = "'<M8[D]'",
            ["complex"] = "'<c8'",
            ["short"] = "'<i2'",
            ["void"] = "'|V5'",
            ["axes"] = "the shape (1, 1, 1, 1, 1, 1, 1, 1, 1)",
        };
        Assert.Equal(expected.Keys.Order(), read.Skipped.Keys.Order());
        foreach ((string name, string found) in expected)
        {
            Assert.StartsWith(found, read.Skipped[name], StringComparison.Ordinal);
            string error = Assert.Throws<KeyNotFoundException>(() => read[name]).Message;
            Assert.StartsWith($"{path}: '{name}'", error, StringComparison.Ordinal);
            Assert.Contains(found, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Other_ways_to_compress_are_named_and_folders_are_passed_over()
    {
        TensorDictionary read = Npz.Load(Example.File("methods.npz"), Device.Cpu);
        Assert.Equal(["deflated", "folder/stored"], read.Keys.Order(StringComparer.Ordinal));
        foreach (Tensor tensor in read.Values)
        {
            Example.Same(Example.Of(DType.Float32, 2, 3), tensor);
        }

        Assert.Equal(["bzip2", "lzma"], read.Skipped.Keys.Order());
        Assert.StartsWith("compression by method 14 (LZMA)", read.Skipped["lzma"], StringComparison.Ordinal);
        Assert.StartsWith("compression by method 12 (bzip2)", read.Skipped["bzip2"], StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_share_bytes_are_refused_before_anything_is_read()
    {
        using TemporaryFolder folder = new();
        byte[] zeros = Packed(new byte[4_000_000]);
        RawZip once = new();
        once.Add("x.npy", 8, zeros, 4_000_000);
        File.WriteAllBytes(folder["a"], once.ToArray());
        Refused("9,999,999 bytes of the elements", "4,000,000 bytes in all");

        // Sixty-four entries of the directory lead to one member.
        RawZip many = new();
        int at = many.Add("x0.npy", 8, zeros, 4_000_000);
        for (int i = 1; i < 64; i++)
        {
            many.AddEntry($"x{i}.npy", 8, zeros.Length, 4_000_000, at);
        }

        File.WriteAllBytes(folder["a"], many.ToArray());
        Refused("'x1.npy' at byte 0", "found 'x0.npy'");

        // One member lies in the bytes of another.
        RawZip inner = new();
        inner.Add("in.npy", 8, zeros, 4_000_000);
        byte[] member = inner.Members;
        RawZip nested = new();
        at = nested.Add("out.npy", 0, member, (uint)member.Length);
        nested.AddEntry("in.npy", 8, zeros.Length, 4_000_000, at + 30 + "out.npy".Length);
        File.WriteAllBytes(folder["a"], nested.ToArray());
        Refused("'out.npy' and 'in.npy' overlap");

        // More than deflate can make of so few bytes.
        RawZip claims = new();
        claims.Add("x.npy", 8, zeros, 2_000_000_000);
        File.WriteAllBytes(folder["a"], claims.ToArray());
        Refused("2,000,000,000 bytes");

        void Refused(params string[] says)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            string error = Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"], Device.Cpu)).Message;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
            Assert.StartsWith(folder["a"], error, StringComparison.Ordinal);
            Assert.All(says, text => Assert.Contains(text, error, StringComparison.Ordinal));
        }

        static byte[] Packed(byte[] content)
        {
            "\u0093NUMPY"u8[1..].CopyTo(content);
            content[0] = 0x93;
            content[6] = 1;
            content[8] = 118;
            "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999,)}".PadRight(118).Select(static c => (byte)c).ToArray().CopyTo(content, 10);
            using MemoryStream packed = new();
            using (DeflateStream stream = new(packed, CompressionLevel.Optimal))
            {
                stream.Write(content);
            }

            return packed.ToArray();
        }
    }

    [Fact]
    public void The_caller_may_limit_the_bytes()
    {
        using TemporaryFolder folder = new();
        Npz.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros(1000, device: Device.Cpu), ["y"] = Tensor.Zeros(1000, device: Device.Cpu) }, compress: true);
        Assert.Equal(2, Npz.Load(folder["a"], Device.Cpu, maxBytes: 10_000).Count);
        string error = Assert.Throws<InvalidDataException>(() => Npz.Load(folder["a"], Device.Cpu, maxBytes: 5000)).Message;
        Assert.StartsWith(folder["a"], error, StringComparison.Ordinal);
        Assert.Contains("5,000 bytes", error, StringComparison.Ordinal);
        Assert.Contains("'y'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_must_not_be_empty()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<ArgumentException>(() => Npz.Save(folder["a"], new Dictionary<string, Tensor> { [string.Empty] = Example.Of(DType.Int32, 1) }));
        Assert.Empty(folder.Files);
    }
}
