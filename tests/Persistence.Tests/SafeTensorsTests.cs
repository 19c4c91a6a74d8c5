using System.Globalization;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

public class SafeTensorsTests
{
    private static readonly Dictionary<string, string> s_metadata = new() { ["note"] = "quotes \" and \\ and ü", ["format"] = "pt" };

    private static Dictionary<string, Tensor> Canonical => new()
    {
        ["größe"] = Example.Of(DType.Bool, 7),
        ["bytes"] = Example.Of(DType.UInt8, 40),
        ["ints"] = Example.Of(DType.Int32, 2, 2, 2),
        ["scalar"] = Example.Of(DType.Float32),
        ["empty"] = Example.Of(DType.Float32, 0, 5),
        ["a.weight"] = Example.Of(DType.Float32, 2, 3),
        ["doubles"] = Example.Of(DType.Float64, 3, 2),
        ["longs"] = Example.Of(DType.Int64, 4),
    };

    [Fact]
    public void Files_of_another_writer_are_read()
    {
        TensorDictionary read = SafeTensors.Load(Example.File("canonical.safetensors"), Device.Cpu);
        Dictionary<string, Tensor> expected = Canonical;
        Assert.Equal(expected.Keys.Order(), read.Keys.Order());
        foreach ((string name, Tensor value) in expected)
        {
            Example.Same(value, read[name]);
        }
    }

    [Fact]
    public void Bytes_are_those_of_the_reference_layout()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], Canonical, s_metadata);
        Assert.Equal(File.ReadAllBytes(Example.File("canonical.safetensors")), File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void The_order_of_the_dictionary_does_not_matter()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], Canonical, s_metadata);
        SafeTensors.Save(folder["b"], Canonical.Reverse().ToDictionary(), s_metadata.Reverse().ToDictionary());
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }

    [Fact]
    public void Elements_begin_at_a_multiple_of_their_size()
    {
        using TemporaryFolder folder = new();
        for (int length = 1; length < 12; length++)
        {
            SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { [new string('n', length)] = Example.Of(DType.Float64, 1) });
            Assert.Equal(0, new FileInfo(folder["a"]).Length % 8);
            byte[] bytes = File.ReadAllBytes(folder["a"]);
            Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
            Assert.Equal(-1.5, BitConverter.ToDouble(bytes, bytes.Length - 8));
        }
    }

    [Fact]
    public void Halves_and_unaligned_elements_are_read()
    {
        TensorDictionary read = SafeTensors.Load(Example.File("unordered.safetensors"), Device.Cpu);
        Assert.Equal(["brain", "half", "mask", "wide"], read.Keys.Order());
        Example.Same(Example.Of(DType.Float16, 2, 4), read["half"]);
        Example.Same(Example.Of(DType.BFloat16, 5), read["brain"]);
        Example.Same(Example.Of(DType.Bool, 3), read["mask"]);
        Example.Same(Example.Of(DType.Float64, 2), read["wide"]);
    }

    [Fact]
    public void A_file_without_tensors_is_read_and_written()
    {
        using TemporaryFolder folder = new();
        Assert.Empty(SafeTensors.Load(Example.File("nothing.safetensors")));
        SafeTensors.Save(folder["none"], new Dictionary<string, Tensor>());
        Assert.Equal(File.ReadAllBytes(Example.File("nothing.safetensors")), File.ReadAllBytes(folder["none"]));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    public void Every_type_shape_and_view_comes_back(DType dtype)
    {
        using TemporaryFolder folder = new();
        Tensor cube = Example.Of(dtype, 4, 5, 6);
        Dictionary<string, Tensor> tensors = new()
        {
            ["scalar"] = Example.Of(dtype),
            ["one"] = Example.Of(dtype, 1),
            ["vector"] = Example.Of(dtype, 13),
            ["empty"] = Example.Of(dtype, 3, 0, 2),
            ["eight axes"] = Example.Of(dtype, 1, 2, 1, 3, 1, 2, 1, 2),
            ["cube"] = cube,
            ["transposed"] = cube.Permute(2, 0, 1),
            ["slice"] = cube.Narrow(1, 1, 3),
            ["slice of a transpose"] = cube.Transpose(0, 2).Narrow(0, 2, 3).Narrow(1, 1, 2),
            ["expanded"] = Example.Of(dtype, 1, 3).Expand([4, 3]),
        };
        SafeTensors.Save(folder["a"], tensors);
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu);
        Assert.Equal(tensors.Count, read.Count);
        foreach ((string name, Tensor value) in tensors)
        {
            Example.Same(value, read[name]);
        }
    }

    [Fact]
    public void A_transposed_view_is_written_in_the_order_of_its_own_axes()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["t"] = Tensor.From([1, 2, 3, 4, 5, 6], [2, 3], Device.Cpu).T });
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        int[] values = [.. Enumerable.Range(0, 6).Select(i => BitConverter.ToInt32(bytes, bytes.Length - 24 + (4 * i)))];
        Assert.Equal([1, 4, 2, 5, 3, 6], values);
    }

    [Fact]
    public void Special_numbers_keep_their_bits()
    {
        using TemporaryFolder folder = new();
        float[] floats = [0f, -0f, float.NaN, BitConverter.Int32BitsToSingle(0x7FA00001), float.PositiveInfinity, float.Epsilon, float.MaxValue];
        double[] doubles = [-0.0, double.NaN, double.NegativeInfinity, double.Epsilon, double.MinValue];
        Dictionary<string, Tensor> tensors = new() { ["f"] = Tensor.From(floats, Device.Cpu), ["d"] = Tensor.From(doubles, Device.Cpu) };
        SafeTensors.Save(folder["a"], tensors);
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu);
        Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), read["f"].ToArray<float>().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), read["d"].ToArray<double>().Select(BitConverter.DoubleToInt64Bits));
    }

    [Theory]
    [InlineData(0x3C00, 1f)]
    [InlineData(0x0001, 5.9604645E-08f)]
    [InlineData(0x7BFF, 65504f)]
    [InlineData(0xFC00, float.NegativeInfinity)]
    [InlineData(0x8000, -0f)]
    public void Halves_widen_exactly(int bits, float expected)
    {
        using TemporaryFolder folder = new();
        Raw.Write(folder["a"], """{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""", [(byte)bits, (byte)(bits >> 8)]);
        float actual = SafeTensors.Load(folder["a"], Device.Cpu)["x"].To(DType.Float32).ToArray<float>()[0];
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
    }

    [Fact]
    public void Sixteen_bit_floats_are_written_as_they_are_read()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> tensors = new() { ["h"] = Example.Of(DType.Float16, 2, 3), ["b"] = Example.Of(DType.BFloat16, 7) };
        SafeTensors.Save(folder["a"], tensors);
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        Assert.Equal(["BF16", "F16"], file.Entries.Select(static e => e.Format));
        Example.Same(tensors["h"], file.Load("h", TestDevice.Gpu).To(Device.Cpu));
        Example.Same(tensors["b"], file.Load("b", Device.Cpu));
    }

    [Fact]
    public void Tensors_larger_than_a_chunk_come_back()
    {
        using TemporaryFolder folder = new();
        int[] values = [.. Enumerable.Range(0, 600_001)];
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = Tensor.From(values, Device.Cpu), ["y"] = Tensor.From(values, Device.Cpu) });
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu);
        Assert.Equal(values, read["x"].ToArray<int>());
        Assert.Equal(values, read["y"].ToArray<int>());
    }

    [Fact]
    public void Tensors_of_another_device_come_back()
    {
        using TemporaryFolder folder = new();
        using Tensor there = Example.Of(DType.Float32, 3, 5).To(TestDevice.Gpu);
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = there.T });
        Tensor read = SafeTensors.Load(folder["a"], TestDevice.Gpu)["x"];
        Assert.Same(TestDevice.Gpu, read.Device);
        Example.Same(Example.Of(DType.Float32, 3, 5).T.Contiguous(), read);
    }

    [Fact]
    public void An_open_file_tells_what_it_holds_and_loads_one_tensor()
    {
        using SafeTensorsFile file = SafeTensors.Open(Example.File("canonical.safetensors"));
        Assert.Equal(["longs", "doubles", "a.weight", "empty", "scalar", "ints", "bytes", "größe"], file.Entries.Select(static e => e.Name));
        Assert.Equal(["I64", "F64", "F32", "F32", "F32", "I32", "U8", "BOOL"], file.Entries.Select(static e => e.Format));
        Assert.Equal([32, 48, 24, 0, 4, 32, 40, 7], file.Entries.Select(static e => e.ByteCount));
        Assert.Equal([0L, 5L], file.Entries[3].Dims);
        Assert.Equal(s_metadata.OrderBy(static p => p.Key), file.Metadata.OrderBy(static p => p.Key));
        Example.Same(Example.Of(DType.Int32, 2, 2, 2), file.Load("ints", Device.Cpu));
        Example.Same(Example.Of(DType.Int64, 4), file.Load("longs", Device.Cpu));
        Example.Same(Example.Of(DType.Int32, 2, 2, 2), file.Load("ints", Device.Cpu));
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => file.Load("int"));
        Assert.Contains("'int'", error.Message, StringComparison.Ordinal);
        Assert.Contains("a.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_tensor_of_a_large_file_is_loaded_without_the_others()
    {
        using TemporaryFolder folder = new();
        SafeTensors.Save(folder["a"], new Dictionary<string, Tensor>
        {
            ["large"] = Tensor.Zeros(8_000_000, DType.UInt8, Device.Cpu),
            ["small"] = Example.Of(DType.Int64, 4),
        });
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (SafeTensorsFile file = SafeTensors.Open(folder["a"]))
        {
            using Tensor small = file.Load("small", Device.Cpu);
            Assert.Equal([-5, -4, -1, 4], small.ToArray<long>());
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Theory]
    [InlineData("unsupported.safetensors", "good", "odd", "I16")]
    [InlineData("types.safetensors", "I64", "F8_E8M0", "F8_E8M0")]
    [InlineData("types.safetensors", "I64", "F4", "F4")]
    [InlineData("types.safetensors", "I64", "F6_E2M3", "F6_E2M3")]
    [InlineData("types.safetensors", "I64", "C64", "C64")]
    public void What_no_tensor_holds_is_named_and_the_others_are_read(string file, string good, string odd, string format)
    {
        string path = Example.File(file);
        TensorDictionary read = SafeTensors.Load(path, Device.Cpu);
        Assert.Equal([good], read.Keys);
        Assert.Contains(format, read.Skipped[odd], StringComparison.Ordinal);
        Assert.False(read.ContainsKey(odd));
        Assert.False(read.TryGetValue(odd, out _));
        string told = Assert.Throws<KeyNotFoundException>(() => read[odd]).Message;
        Assert.StartsWith(path, told, StringComparison.Ordinal);
        Assert.Contains($"'{odd}'", told, StringComparison.Ordinal);
        Assert.Contains(format, told, StringComparison.Ordinal);
        Assert.Contains($"it has: {good}", Assert.Throws<KeyNotFoundException>(() => read["none"]).Message, StringComparison.Ordinal);

        using SafeTensorsFile open = SafeTensors.Open(path);
        Assert.Equal(1 + read.Skipped.Count, open.Entries.Count);
        Example.Same(read[good], open.Load(good, Device.Cpu));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => open.Load(odd));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{odd}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(format, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_all_types_of_the_format_those_of_tensors_are_read()
    {
        TensorDictionary read = SafeTensors.Load(Example.File("types.safetensors"), Device.Cpu);

        // The bytes are 7 i, modulo 256.
        byte[] bytes = [.. Enumerable.Range(0, 32).Select(static i => (byte)(7 * i))];
        Assert.Equal([.. Enumerable.Range(0, 4).Select(i => BitConverter.ToInt64(bytes, 8 * i))], read["I64"].ToArray<long>());
        Assert.Equal(14, read.Skipped.Count);
    }

    [Theory]
    [InlineData(1, "\"shape\":[1", ",1", "],\"data_offsets\":[0,4]}", 300_000, 4)]
    [InlineData(2, "\"shape\":[0],\"data_offsets\":[0,0]}", ",\"{0}\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}", "", 50_000, 0)]
    public void Long_headers_take_memory_in_proportion(int kind, string begin, string repeated, string end, int count, int bytes)
    {
        using TemporaryFolder folder = new();
        System.Text.StringBuilder header = new("{\"x\":{\"dtype\":\"F32\"," + begin);
        for (int i = 0; i < count; i++)
        {
            header.Append(repeated.Replace("{0}", $"{i}", StringComparison.Ordinal));
        }

        header.Append(end + "}");
        Raw.Write(folder["a"], header.ToString(), new byte[bytes]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12L * header.Length);
        Assert.Equal(kind == 1 ? 1 : count + 1, file.Entries.Count);
    }

    [Fact]
    public void Names_that_the_format_cannot_hold_are_refused()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["__metadata__", "half \ud800 of a pair"])
        {
            Assert.Throws<ArgumentException>(
                () => SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { [name] = Example.Of(DType.Int32, 1) }));
        }

        Assert.Throws<ArgumentException>(() => SafeTensors.Save(folder["a"], new Dictionary<string, Tensor> { ["x"] = null! }));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Odd_names_come_back()
    {
        using TemporaryFolder folder = new();
        string[] names = [string.Empty, " ", "a\"b\\c\n\t\0", "ü€😀", "../up", new string('x', 5000)];
        Dictionary<string, Tensor> tensors = names.ToDictionary(static name => name, static name => Tensor.Full(1, name.Length, DType.Int32, Device.Cpu));
        SafeTensors.Save(folder["a"], tensors, names.ToDictionary(static name => name, static name => name));
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        foreach (string name in names)
        {
            Assert.Equal(name.Length, file.Load(name, Device.Cpu).Item());
            Assert.Equal(name, file.Metadata[name]);
        }
    }

    [Fact]
    public void The_culture_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat.NegativeSign = "~";
            odd.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = odd;
            Bytes_are_those_of_the_reference_layout();
            Files_of_another_writer_are_read();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Missing_files_and_folders_are_named()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["folder"]);
        foreach (Action<string> load in (Action<string>[])
            [static path => SafeTensors.Load(path), static path => SafeTensors.Open(path), static path => Npy.Load(path), static path => Npz.Load(path)])
        {
            foreach ((string name, string found) in ((string, string)[])[("none", "no file"), ("none/none", "no file"), ("folder", "a folder")])
            {
                FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => load(folder[name]));
                Assert.StartsWith($"{folder[name]}: expected a", error.Message, StringComparison.Ordinal);
                Assert.EndsWith($"found {found} of this name.", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Files_come_through_pipes()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        Example.Same(
            Example.Of(DType.Int32, 2, 2, 2),
            SpecialFile.Through(folder["a"], Example.File("canonical.safetensors"), static path => SafeTensors.Load(path, Device.Cpu))["ints"]);
        Example.Same(
            Example.Of(DType.Float32, 2, 3), SpecialFile.Through(folder["b"], Example.File("f4.npy"), static path => Npy.Load(path, Device.Cpu)));
        Example.Same(
            Example.Of(DType.Int64, 4), SpecialFile.Through(folder["c"], Example.File("stored.npz"), static path => Npz.Load(path, Device.Cpu))["b.c"]);
        Npy.Save(folder["large"], Tensor.Arange(0, 3_000_000, device: Device.Cpu));
        using Tensor large = SpecialFile.Through(folder["d"], folder["large"], static path => Npy.Load(path, Device.Cpu));
        Example.Same(Tensor.Arange(0, 3_000_000, device: Device.Cpu), large);
    }
}
