using System.Buffers.Binary;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>The command-line tool, as a program.</summary>
public sealed partial class ToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_lists_names_shapes_types_bytes_statistics_and_metadata()
    {
        string file = SafeTensorsBytes.Write(
            _folder["a.safetensors"], """{"made":"by hand"}""", ("net.weight", [2, 3], [1, 2, 3, 4, 0, float.NaN]), ("net.bias", [2], [-1, 7]));
        JsonNode found = Tool.Json("inspect", file, "--stats");
        Assert.Equal("safetensors", (string?)found["kind"]);
        Assert.Equal("by hand", (string?)found["metadata"]!["made"]);
        JsonNode weight = found["tensors"]!.AsArray().Single(static one => (string?)one!["name"] == "net.weight")!;
        Assert.Equal("[2,3]", weight["shape"]!.ToJsonString());
        Assert.Equal(("F32", 24), ((string?)weight["type"], (int)weight["bytes"]!));

        // Of 1, 2, 3, 4 and 0: mean 2, variance 2.
        JsonNode statistics = weight["statistics"]!;
        Assert.Equal((0, 4, 2, 1, 1), ((double)statistics["min"]!, (double)statistics["max"]!, (double)statistics["mean"]!, (int)statistics["zeros"]!, (int)statistics["not_finite"]!));
        Assert.Equal(Math.Sqrt(2), (double)statistics["std"]!, 1e-12);
        (int code, string text, _) = Tool.Run("inspect", file);
        Assert.Equal(0, code);
        Assert.Matches(@"net\.weight +\[2, 3\] +F32 +24 B", text);
        Assert.Contains("safetensors: 2 tensors, 8 elements, 32 B", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Inspect_says_where_the_training_of_a_checkpoint_stands()
    {
        Sequential model = [new Dense(2, 3)];
        Dataset data = new(Tensor.Normal([10, 2]), Tensor.Zeros([10], DType.Int64));
        model.Fit(data, new SGD(model.Parameters(), 0.1), new CrossEntropyLoss(), epochs: 2, batchSize: 5, callbacks: [new ModelCheckpoint(_folder["run.safetensors"])]);
        string checkpoint = Directory.EnumerateFiles(_folder["."]).First();
        (int code, string text, string errors) = Tool.Run("inspect", checkpoint);
        Assert.Equal(("", 0), (errors, code));
        Assert.Contains("checkpoint: ", text, StringComparison.Ordinal);
        Assert.Contains("goes on: with batch 1 of epoch 3", text, StringComparison.Ordinal);
        Assert.Matches(@"epoch 2: loss \d", text);
        Assert.Matches(@"model\.0\.weight +\[3, 2\] +F32", text);
    }

    [Theory]
    [InlineData("""{"batch":"x"}""")]
    [InlineData("""{"batch":1.5}""")]
    [InlineData("""{"batch":99999999999}""")]
    [InlineData("""{"batch":1,"history":"x"}""")]
    [InlineData("""{"batch":1,"history":[1]}""")]
    [InlineData("""{"batch":1,"batch":2}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("x")]
    public void A_damaged_description_of_a_training_is_told_in_a_line(string description)
    {
        string file = SafeTensorsBytes.Write(
            _folder["run.safetensors"], new JsonObject { ["deepsharp.training"] = description }.ToJsonString(), ("model.weight", [1], [1]));
        Assert.StartsWith("deepsharp: The description of the training in the file is ", Tool.Fail("inspect", file), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_metadata_of_a_file_cannot_move_the_cursor()
    {
        string file = SafeTensorsBytes.Write(
            _folder["a.safetensors"], """{"k\u001b]0;title\u0007":"v\u001b[31m\nsafetensors: 9 tensors"}""", ("a\\u001b[2J\\nb", [1], [1]));
        (int code, string text, string errors) = Tool.Run("inspect", file);
        Assert.Equal(("", 0), (errors, code));
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c is not ('\n' or '\r'));
        Assert.Contains(@"a\u001b[2J\u000ab ", text, StringComparison.Ordinal);
        Assert.Contains(@"k\u001b]0;title\u0007: v\u001b[31m\u000asafetensors: 9 tensors", text, StringComparison.Ordinal);
        Assert.Contains(@"a\u001b[2J\u000ab ", Tool.Run("summary", file).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".pt")]
    [InlineData(".pth")]
    [InlineData(".ckpt")]
    [InlineData(".bin")]
    public void Inspect_reads_what_PyTorch_wrote(string ending)
    {
        // torch.save of a tensor [2, 3]: see tests/golden/files.
        string file = _folder[$"single{ending}"];
        File.Copy(Path.Combine(AppContext.BaseDirectory, "single.pt"), file);
        JsonNode found = Tool.Json("inspect", file);
        Assert.Equal("PyTorch", (string?)found["kind"]);
        Assert.Equal("[2,3]", found["tensors"]![0]!["shape"]!.ToJsonString());
    }

    [Fact]
    public void Summary_adds_up_modules()
    {
        string file = SafeTensorsBytes.Write(
            _folder["a.safetensors"], "", ("net.0.weight", [2, 3], new float[6]), ("net.0.bias", [2], new float[2]), ("net.2.weight", [2], new float[2]), ("scale", [], [1]));
        Assert.Equal(
            """[{"module":"net.0","tensors":2,"elements":8,"bytes":32},{"module":"net.2","tensors":1,"elements":2,"bytes":8},{"module":"scale","tensors":1,"elements":1,"bytes":4}]""",
            JsonNode.Parse(Tool.Json("summary", file).ToJsonString())!.ToJsonString());
        Assert.Equal(2, Tool.Json("summary", file, "--depth", "1").AsArray().Count);
    }

    [Fact]
    public void Diff_says_what_differs_and_ends_with_1()
    {
        string a = SafeTensorsBytes.Write(_folder["a.safetensors"], "", ("same", [2], [1, float.NaN]), ("near", [2, 2], [1, 2, 3, 4]), ("shape", [2, 1], [1, 2]), ("mine", [1], [1]));
        string b = SafeTensorsBytes.Write(_folder["b.safetensors"], "", ("same", [2], [1, float.NaN]), ("near", [2, 2], [1, 2, 3.5f, 4]), ("shape", [1, 2], [1, 2]), ("yours", [1], [1]));
        (int code, string text, _) = Tool.Run("diff", a, b);
        Assert.Equal(1, code);
        Assert.Matches(@"near +1 of 4 differ, most at \[1, 0\]: 3 and 3\.5", text);
        Assert.Matches(@"shape +\[2, 1\] in A, \[1, 2\] in B", text);
        Assert.Matches("mine +only in A", text);
        Assert.Matches("yours +only in B", text);
        Assert.Contains("1 tensors are the same, 4 are not.", text, StringComparison.Ordinal);

        // |3 - 3.5| <= 0.4 + 0.1 * 3.5, and not <= 0.1 * 3.5.
        Assert.DoesNotContain("near", Tool.Run("diff", a, b, "--atol", "0.4", "--rtol", "0.1").Output, StringComparison.Ordinal);
        Assert.Contains("near", Tool.Run("diff", a, b, "--rtol", "0.1").Output, StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("diff", a, a).Code);
    }

    [Fact]
    public void Convert_writes_what_was_asked_for()
    {
        string file = SafeTensorsBytes.Write(_folder["a.safetensors"], """{"made":"by hand"}""", ("net.weight", [2], [1, 1.00390625f]), ("other", [1], [3]));
        Assert.Equal(0, Tool.Run("convert", file, _folder["b.npz"], "--only", "net.*").Code);
        Assert.Equal(["net.weight"], Npz.Load(_folder["b.npz"]).Keys);

        // BFloat16 has 8 bits: 1 + 1/256 is in the middle of two of its numbers, and goes to the even one.
        Assert.Equal(0, Tool.Run("convert", file, _folder["c.safetensors"], "--dtype", "bfloat16").Code);
        byte[] bytes = File.ReadAllBytes(_folder["c.safetensors"]);
        int begin = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(begin + 6, bytes.Length);
        Assert.Equal([0x80, 0x3f, 0x80, 0x3f], bytes[begin..(begin + 4)]);
        Assert.Equal("by hand", (string?)Tool.Json("inspect", _folder["c.safetensors"])["metadata"]!["made"]);
        Assert.Equal($"deepsharp: {_folder["c.safetensors"]} is there already. Give --force to replace it.", Tool.Fail("convert", file, _folder["c.safetensors"]));
        Assert.Equal(0, Tool.Run("convert", file, _folder["c.safetensors"], "--force").Code);
        Assert.Contains("holds one tensor, and 2 were taken", Tool.Fail("convert", file, _folder["d.npy"]), StringComparison.Ordinal);
        Assert.Contains("no tensor matches 'x*'", Tool.Fail("convert", file, _folder["d.npz"], "--only", "x*"), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["d.npz"]));
    }

    [Fact]
    public void Convert_widens_what_no_tensor_has()
    {
        // Two numbers of F8_E4M3, 1.5 (0x3c) and -2 (0xc0).
        byte[] header = System.Text.Encoding.UTF8.GetBytes("""{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(_folder["small.safetensors"], [.. length, .. header, 0x3c, 0xc0]);
        Assert.Equal(0, Tool.Run("convert", _folder["small.safetensors"], _folder["wide.npy"]).Code);
        Assert.Equal([1.5f, -2], Npy.Load(_folder["wide.npy"]).ToArray<float>());
    }

    [Fact]
    public void Devices_tells_what_the_CPU_does_and_tests_it()
    {
        JsonNode cpu = Tool.Json("devices")["devices"]!.AsArray().Single(static one => (string?)one!["kind"] == "Cpu")!;
        Assert.Null(cpu["wrong"]);
        Assert.True((double)cpu["gigabytes_per_second"]! > 0.1 && (double)cpu["gigaflops"]! > 0.1);
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, (long)cpu["memory"]!);
        Assert.Null(Tool.Json("devices", "--list")["devices"]![0]!["gigaflops"]);
    }

    [Theory]
    [InlineData("mlp", 235146)]
    [InlineData("cnn", 206922)]
    [InlineData("lstm", 163338)]
    [InlineData("transformer", 478474)]
    public void Bench_measures_each_network(string model, int parameters)
    {
        (int code, string text, string errors) = Tool.Run("bench", "--model", model, "--batch", "4", "--seconds", "0.02", "--device", "cpu");
        Assert.Equal(("", 0), (errors, code));
        Assert.Contains($"{parameters.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} parameters", text, StringComparison.Ordinal);
        Assert.Matches(@"[\d,]+ samples/s; a step takes [\d.]+ ms", text);
    }

    [Fact]
    public void Plot_draws_one_history_or_several()
    {
        Sequential model = [new Dense(2, 3)];
        Dataset data = new(Tensor.Normal([10, 2]), Tensor.Zeros([10], DType.Int64));
        model.Fit(data, new SGD(model.Parameters(), 0.1), epochs: 2).SaveJson(_folder["first.json"]);
        File.Copy(_folder["first.json"], _folder["second.json"]);
        Assert.Equal(0, Tool.Run("plot", _folder["first.json"], "--out", _folder["one.png"]).Code);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(_folder["one.png"])[..4]);
        Assert.Equal(0, Tool.Run("plot", _folder["first.json"], _folder["second.json"], "-o", _folder["two.svg"]).Code);
        Assert.Contains("second", File.ReadAllText(_folder["two.svg"]), StringComparison.Ordinal);
        File.WriteAllText(_folder["other.json"], "{}");
        Assert.Contains("other.json: expected a history", Tool.Fail("plot", _folder["other.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_is_a_line_and_code_2()
    {
        File.WriteAllText(_folder["damaged.safetensors"], "no header here");
        Assert.StartsWith($"deepsharp: {_folder["none.npz"]}: ", Tool.Fail("inspect", _folder["none.npz"]), StringComparison.Ordinal);
        Assert.StartsWith($"deepsharp: {_folder["damaged.safetensors"]}", Tool.Fail("inspect", _folder["damaged.safetensors"]), StringComparison.Ordinal);
        Assert.Contains("files that end in '.txt' are not known", Tool.Fail("summary", _folder["a.txt"]), StringComparison.Ordinal);
        Assert.Contains("'quux'", Tool.Fail("bench", "--model", "quux"), StringComparison.Ordinal);
        Assert.Contains("--batch must be a number from 1", Tool.Fail("bench", "--batch", "0"), StringComparison.Ordinal);
        Assert.Contains("deepsharp diff --help lists what there is.", Tool.Fail("diff", "a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("devices")]
    [InlineData("inspect")]
    [InlineData("summary")]
    [InlineData("diff")]
    [InlineData("convert")]
    [InlineData("bench")]
    [InlineData("plot")]
    public void Help_fits_100_columns(string command)
    {
        (int code, string text, _) = Tool.Run([.. command.Length == 0 ? Array.Empty<string>() : [command], "--help"]);
        Assert.Equal(0, code);
        Assert.All(Lines().Split(text), static line => Assert.True(line.TrimEnd().Length <= 100, line));
        Assert.Contains("--help", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("\r?\n")]
    private static partial Regex Lines();
}
