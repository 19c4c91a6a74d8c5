using DeepSharp.Exchange;
using DeepSharp.Layers;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>Files that PyTorch 2.6 wrote, in both of its forms: each tensor is the one that it wrote as plain bytes.</summary>
public class TorchFileTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "state.pt", "state" }, { "state_legacy.pt", "state" }, { "types.pt", "types" }, { "types_legacy.pt", "types" }, { "views.pt", "views" },
        { "views_legacy.pt", "views" }, { "checkpoint.pt", "checkpoint" }, { "checkpoint_legacy.pt", "checkpoint" }, { "single.pt", "single" },
        { "single_legacy.pt", "single" }, { "later.pt", "later" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_tensor_is_PyTorchs(string file, string expected)
    {
        foreach (bool convert in (bool[])[false, true])
        {
            TensorDictionary read = TorchFile.Load(Path(file), device: Device.Cpu, convert: convert);
            TensorDictionary wanted = SafeTensors.Load(Path($"{expected}.safetensors"), Device.Cpu, convert);
            Assert.Equal(wanted.Keys.Order(StringComparer.Ordinal), read.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, Tensor value) in wanted)
            {
                Assert.Equal(value.DType, read[name].DType);
                Assert.Equal(value.Shape, read[name].Shape);
                Assert.Equal(Bytes(value), Bytes(read[name]));
            }

            Assert.All(wanted.Skipped.Keys, name => Assert.Contains(name, read.Skipped.Keys));
        }
    }

    [Theory]
    [InlineData("state.pt")]
    [InlineData("state_legacy.pt")]
    public void A_network_takes_a_state_dict_by_name(string file)
    {
        Sequential model = [new Dense(3, 4, device: Device.Cpu), new BatchNorm(4, device: Device.Cpu), new Dense(4, 4, device: Device.Cpu)];
        TensorDictionary read = TorchFile.Load(Path(file), device: Device.Cpu);
        Assert.Contains("Unknown: tied.weight", Assert.Throws<ArgumentException>(() => model.LoadState(read)).Message, StringComparison.Ordinal);
        model.LoadState(read, strict: false);
        TensorDictionary wanted = SafeTensors.Load(Path("state.safetensors"), Device.Cpu);
        Assert.Equal(wanted["2.weight"].ToArray<float>(), model.State()["2.weight"].ToArray<float>());
        Assert.Equal(wanted["2.weight"].ToArray<float>(), read["tied.weight"].ToArray<float>());
    }

    [Theory]
    [InlineData("checkpoint.pt")]
    [InlineData("checkpoint_legacy.pt")]
    public void A_part_of_a_checkpoint_is_taken_by_its_key(string file)
    {
        Dense layer = new(2, 3, device: Device.Cpu);
        layer.LoadState(TorchFile.Load(Path(file), at: "model_state_dict", device: Device.Cpu));
        TensorDictionary moments = TorchFile.Load(Path(file), at: "optimizer_state_dict.state", device: Device.Cpu);
        Assert.Equal(["0.exp_avg", "0.exp_avg_sq", "0.step", "1.exp_avg", "1.exp_avg_sq", "1.step"], moments.Keys.Order(StringComparer.Ordinal));
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => TorchFile.Load(Path(file), at: "state_dict"));
        Assert.Contains("no 'state_dict'", error.Message, StringComparison.Ordinal);
        Assert.Contains("model_state_dict", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoint.pt")]
    [InlineData("checkpoint_legacy.pt")]
    public void What_is_no_tensor_is_said(string file)
    {
        IReadOnlyDictionary<string, string> skipped = TorchFile.Load(Path(file), device: Device.Cpu).Skipped;
        Assert.Equal("the number 7", skipped["epoch"]);
        Assert.Equal("the number 0.25", skipped["loss"]);
        Assert.Equal("the text 'größe'", skipped["name"]);
        Assert.Equal("None", skipped["none"]);
        Assert.Equal("True", skipped["flag"]);
        Assert.Equal("the number 1180591620717411303424", skipped["large"]);
        Assert.Equal("a set of 2", skipped["set"]);
        Assert.Equal("torch.float16", skipped["dtype"]);
        Assert.Equal("the number 3", skipped["shape.1"]);
        Assert.Equal("the device cpu", skipped["device"]);
        Assert.Equal("bytes", skipped["bytes"]);
        Assert.Equal("the number 0.001", skipped["optimizer_state_dict.param_groups.0.lr"]);
    }

    [Fact]
    public void Types_that_no_tensor_has_are_named_with_the_remedy()
    {
        TensorDictionary read = TorchFile.Load(Path("types.pt"), device: Device.Cpu);
        Assert.Contains("int16, of which convert: true makes Int32", read.Skipped["int16"], StringComparison.Ordinal);
        Assert.Contains("complex64", read.Skipped["complex64"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_is_refused_by_its_name_and_nothing_runs()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TorchFile.Load(Path("network.pt")));
        Assert.StartsWith(Path("network.pt"), error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.nn.modules.linear.Linear", error.Message, StringComparison.Ordinal);
        Assert.Contains("state_dict()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_bytes_is_kept()
    {
        // An expanded row makes 48 bytes of 12.
        Assert.Throws<InvalidDataException>(() => TorchFile.Load(Path("views.pt"), maxBytes: 100));
        Assert.NotEmpty(TorchFile.Load(Path("views.pt"), device: Device.Cpu, maxBytes: 10_000));
    }

    [Theory]
    [InlineData("types.pt", 37)]
    [InlineData("types_legacy.pt", 3)]
    public void Every_truncation_is_an_error(string file, int step)
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Path(file));
        for (int length = 0; length < whole.Length; length += step)
        {
            File.WriteAllBytes(folder["a"], whole[..length]);
            Assert.StartsWith(folder["a"], Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a"])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_byte_that_changed_in_a_storage_is_found()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(Path("single.pt"));
        int at = bytes.AsSpan().IndexOf(BitConverter.GetBytes(-1.5f));
        bytes[at] ^= 1;
        File.WriteAllBytes(folder["a"], bytes);
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => TorchFile.Load(folder["a"])).Message, StringComparison.Ordinal);
    }

    private static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "torch", name);

    private static byte[] Bytes(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => [.. tensor.ToArray<float>().SelectMany(BitConverter.GetBytes)],
        DType.Float64 => [.. tensor.ToArray<double>().SelectMany(BitConverter.GetBytes)],
        DType.Int32 => [.. tensor.ToArray<int>().SelectMany(BitConverter.GetBytes)],
        DType.Int64 => [.. tensor.ToArray<long>().SelectMany(BitConverter.GetBytes)],
        DType.UInt8 => tensor.ToArray<byte>(),
        DType.Bool => [.. tensor.ToArray<bool>().Select(static truth => truth ? (byte)1 : (byte)0)],
        _ => [.. tensor.To(DType.Float32).ToArray<float>().SelectMany(BitConverter.GetBytes)],
    };
}
