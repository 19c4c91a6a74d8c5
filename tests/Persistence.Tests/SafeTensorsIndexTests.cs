using DeepSharp.Layers;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>A model in several safetensors files, which an index makes one.</summary>
public sealed class SafeTensorsIndexTests : IDisposable
{
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    private readonly TemporaryFolder _folder = new();
    private readonly string _index;

    public SafeTensorsIndexTests()
    {
        _index = _folder["model.safetensors.index.json"];
        SafeTensors.Save(
            _folder[First],
            new Dictionary<string, Tensor> { ["0.weight"] = Example.Of(DType.Float32, 2, 3), ["0.bias"] = Example.Of(DType.Float32, 2) },
            new Dictionary<string, string> { ["format"] = "pt", ["part"] = "1" });
        SafeTensors.Save(
            _folder[Second], new Dictionary<string, Tensor> { ["1.weight"] = Example.Of(DType.Float32, 1, 2) }, new Dictionary<string, string> { ["part"] = "2" });
        Write($$"""{"0.weight":"{{First}}","0.bias":"{{First}}","1.weight":"{{Second}}"}""");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Several_files_are_read_as_one()
    {
        TensorDictionary read = SafeTensors.Load(_index, Device.Cpu);
        Assert.Equal(["0.bias", "0.weight", "1.weight"], read.Keys.Order(StringComparer.Ordinal));
        Example.Same(Example.Of(DType.Float32, 2, 3), read["0.weight"]);
        Example.Same(Example.Of(DType.Float32, 1, 2), read["1.weight"]);

        using SafeTensorsFile file = SafeTensors.Open(_index);
        Assert.Equal(3, file.Entries.Count);
        Assert.Equal("1", file.Metadata["part"]);
        Example.Same(Example.Of(DType.Float32, 1, 2), file.Load("1.weight", Device.Cpu));
        Example.Same(Example.Of(DType.Float32, 2), file.Load("0.bias", Device.Cpu));
        Assert.Contains(_index, Assert.Throws<KeyNotFoundException>(() => file.Load("2.weight")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_takes_them_by_name()
    {
        Sequential model = [new Dense(3, 2, device: Device.Cpu), new Dense(2, 1, bias: false, device: Device.Cpu)];
        model.LoadState(SafeTensors.Load(_index, Device.Cpu));
        Assert.Equal([-1.5f, -1], model.State()["1.weight"].ToArray<float>());

        Sequential part = [new Dense(3, 2, device: Device.Cpu)];
        Assert.Contains("Unknown: 1.weight", Assert.Throws<ArgumentException>(() => part.LoadState(SafeTensors.Load(_index, Device.Cpu))).Message, StringComparison.Ordinal);
        part.LoadState(SafeTensors.Load(_index, Device.Cpu), strict: false);
        Assert.Equal([-1.5f, -1], part.State()["0.bias"].ToArray<float>());
    }

    [Fact]
    public void Files_in_folders_below_are_found()
    {
        Directory.CreateDirectory(_folder["parts"]);
        File.Move(_folder[Second], _folder["parts/b.safetensors"]);
        Write($$"""{"0.weight":"{{First}}","0.bias":"{{First}}","1.weight":"parts/b.safetensors"}""");
        Assert.Equal(3, SafeTensors.Load(_index, Device.Cpu).Count);
    }

    [Fact]
    public void A_missing_file_is_named_with_what_it_holds()
    {
        File.Delete(_folder[Second]);
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => SafeTensors.Load(_index));
        Assert.StartsWith(_index, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Second}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'1.weight'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($$"""{"0.weight":"{{Second}}","0.bias":"{{First}}","1.weight":"{{Second}}"}""", $"'0.weight' in '{Second}', found it in '{First}'")]
    [InlineData($$"""{"0.weight":"{{First}}","0.bias":"{{First}}"}""", null)]
    [InlineData($$"""{"0.bias":"{{First}}","1.weight":"{{Second}}"}""", $"none for '0.weight', which is in '{First}'")]
    [InlineData($$"""{"0.weight":"{{First}}","0.bias":"{{First}}","1.weight":"{{Second}}","2.weight":"{{Second}}"}""", $"'2.weight' in '{Second}', found that this file has no such tensor")]
    [InlineData($$"""{"0.weight":"../{{First}}"}""", "folder of the index")]
    [InlineData($$"""{"0.weight":"/etc/passwd"}""", "/etc/passwd")]
    [InlineData("""{"0.weight":"a/../../b"}""", "folder of the index")]
    [InlineData("""{"0.weight":"..\\b"}""", "folder of the index")]
    [InlineData("""{"0.weight":"C:\\b"}""", "folder of the index")]
    [InlineData("""{"0.weight":"C:b"}""", "folder of the index")]
    [InlineData("""{"0.weight":""}""", "folder of the index")]
    [InlineData("""{"0.weight":"."}""", "folder of the index")]
    [InlineData("""{"0.weight":1}""", "'0.weight', found Number 1")]
    [InlineData("""{"0.weight":["a"]}""", "StartArray")]
    [InlineData($$"""{"0.bias":"{{First}}","0.bias":"{{First}}"}""", "'0.bias' again")]
    [InlineData("[]", "one weight_map, an object")]
    [InlineData("{", "JSON")]
    [InlineData("""{"\ud800":"a"}""", "Unicode")]
    public void A_broken_index_is_an_error_that_names_it(string map, string? says)
    {
        Write(map);
        if (says is null)
        {
            // A file that no tensor is said to be in is not opened.
            Assert.Equal(2, SafeTensors.Load(_index, Device.Cpu).Count);
            return;
        }

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafeTensors.Load(_index));
        Assert.StartsWith(_index, error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "a JSON object")]
    [InlineData("{}", "weight_map")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""", "another one")]
    [InlineData("""{"weight_map":{}} x""", "JSON")]
    public void What_is_no_index_is_an_error(string text, string says)
    {
        File.WriteAllText(_index, text);
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => SafeTensors.Open(_index)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_part_is_named()
    {
        File.WriteAllBytes(_folder[Second], [1, 2, 3]);
        Assert.StartsWith(_folder[Second], Assert.Throws<InvalidDataException>(() => SafeTensors.Open(_index)).Message, StringComparison.Ordinal);

        // Nothing stays open: Windows would not let go of the files.
        File.Delete(_folder[First]);
        File.Delete(_folder[Second]);
    }

    private void Write(string map) => File.WriteAllText(_index, $$"""{"metadata":{"total_size":40,"more":[{"a":1}]},"weight_map":{{map}}}""");
}
