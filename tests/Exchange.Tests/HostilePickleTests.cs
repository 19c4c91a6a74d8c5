using System.IO.Compression;
using System.Text;
using DeepSharp.Exchange;

namespace DeepSharp.Tests;

/// <summary>Pickles that would run something, or take much more than they have: each is refused, at once and by name.</summary>
public class HostilePickleTests
{
    // Assembled by hand from the instructions that pickletools.py documents.
    public static TheoryData<string, string> Pickles => new()
    {
        { "cos\nsystem\n(X\u0004\0\0\0echotR.", "os.system" },
        { "cposix\nsystem\n.", "posix.system" },
        { "c__builtin__\neval\n(X\u0001\0\0\01tR.", "__builtin__.eval" },
        { "cbuiltins\nexec\n.", "builtins.exec" },
        { "ctorch.hub\nload\n.", "torch.hub.load" },
        { "X\u0002\0\0\0osX\u0006\0\0\0system\u0093.", "os.system" },
        { "(X\u0002\0\0\0idios\nsystem\n.", "an instruction" },
        { "(cos\nsystem\nX\u0002\0\0\0ido.", "os.system" },
        { "\u0082\u0001.", "an instruction" },
        { "ctorch\nfloat32\n)R.", "torch.float32" },
        { "ccollections\nOrderedDict\nN\u0081.", "a tuple of arguments" },
        { "N.", "" },
        { ".", "the result" },
        { "a.", "an item" },
        { "h\u0007.", "number 7" },
        { "\u0080\u0009.", "protocol 0 to 5" },
        { "X\u00ff\u00ff\u00ff\u007fab.", "2,147,483,647 bytes" },
        { "X\u00ff\u00ff\u00ff\u00ffab.", "-1 bytes" },
        { "\u008b\u00ff\u00ff\u00ff\u007f.", "a number" },
        { "}}}s.", "keys of a dictionary" },
        { "}(Nu.", "a key alone" },
        { "N}b.", "a dictionary" },
        { "(.", "the result" },
        { "t.", "a mark" },
    };

    [Theory]
    [MemberData(nameof(Pickles))]
    public void What_is_not_on_the_list_is_refused_by_name(string pickle, string says)
    {
        using TemporaryFolder folder = new();
        Write(folder["a.pt"], pickle);
        if (says.Length == 0)
        {
            Assert.Equal("None", TorchFile.Load(folder["a.pt"], device: Device.Cpu).Skipped[""]);
            return;
        }

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a.pt"], device: Device.Cpu));
        Assert.StartsWith(folder["a.pt"], error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_contains_itself_has_an_end()
    {
        using TemporaryFolder folder = new();
        Write(folder["a.pt"], "]q\0h\0a.");
        Assert.Contains("deep", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a.pt"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_lists_that_stand_in_several_places_do_not_multiply()
    {
        // 30 levels, each of which holds the one below ten times: 10^30 numbers.
        StringBuilder pickle = new("]q\0");
        for (int level = 1; level <= 30; level++)
        {
            pickle.Append("](").Append(string.Concat(Enumerable.Repeat($"h{(char)(level - 1)}", 10))).Append($"eq{(char)level}");
        }

        using TemporaryFolder folder = new();
        Write(folder["a.pt"], pickle.Append('.').ToString());
        Assert.Contains("bytes", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a.pt"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(J\0\0\0@t", "(K\0t", "maxBytes")]
    [InlineData("(J\0\0\0@t", "(K\u0001t", "element 1073741823")]
    [InlineData("(K\u0002t", "(K\u0004t", "element 4")]
    [InlineData("(J\u00ff\u00ff\u00ff\u00fft", "(K\u0001t", "sizes and strides of 0 and more")]
    [InlineData("(K\u0001t", "(K\u0001K\u0001t", "1 sizes, 2 strides")]
    public void Sizes_and_strides_stay_in_the_storage_and_the_limit(string sizes, string strides, string says)
    {
        using TemporaryFolder folder = new();
        Write(
            folder["a.pt"],
            $"ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQK\0{sizes}{strides}\u0089}}tR.",
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a.pt"], device: Device.Cpu));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_members_and_programs_of_TorchScript_are_refused()
    {
        using TemporaryFolder folder = new();
        Write(folder["a.pt"], "N.", level: CompressionLevel.Optimal);
        Assert.Contains("compressed", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a.pt"])).Message, StringComparison.Ordinal);
        Write(folder["b.pt"], "N.", extra: "a/constants.pkl");
        Assert.Contains("TorchScript", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["b.pt"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["c.pt"], "text");
        Assert.Contains("torch.save", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["c.pt"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder["d.pt"], [0x80, 2, (byte)'K', 7, (byte)'.']);
        Assert.Contains("magic number", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["d.pt"])).Message, StringComparison.Ordinal);
    }

    private static void Write(string path, string pickle, byte[]? storage = null, CompressionLevel level = CompressionLevel.NoCompression, string? extra = null)
    {
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        Add("a/data.pkl", Encoding.Latin1.GetBytes(pickle));
        if (storage is not null)
        {
            Add("a/data/0", storage);
        }

        if (extra is not null)
        {
            Add(extra, [0]);
        }

        void Add(string name, byte[] bytes)
        {
            using Stream content = archive.CreateEntry(name, level).Open();
            content.Write(bytes);
        }
    }
}
