using System.Buffers.Binary;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>Elements that no tensor has become those of a type that holds their values, to the last bit, or are refused.</summary>
public class ForeignTypeTests
{
    public static TheoryData<string> EightBitFloats => ["F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"];

    [Theory]
    [MemberData(nameof(EightBitFloats))]
    public void Every_8_bit_float_is_the_number_that_PyTorch_makes_of_it(string name)
    {
        TensorDictionary read = SafeTensors.Load(Example.File("float8.safetensors"), Device.Cpu, convert: true);
        Assert.Empty(read.Skipped);
        Same(read[$"{name}.values"].ToArray<float>(), read[name].ToArray<float>());

        // Float64 and BFloat16 hold them all, too.
        using SafeTensorsFile file = SafeTensors.Open(Example.File("float8.safetensors"));
        foreach (DType dtype in (DType[])[DType.Float64, DType.BFloat16])
        {
            using Tensor other = file.Load(name, Device.Cpu, dtype);
            Assert.Equal(dtype, other.DType);
            Same(read[$"{name}.values"].ToArray<float>(), other.To(DType.Float32).ToArray<float>());
        }
    }

    [Fact]
    public void The_powers_of_two_of_E8M0_are_those_of_the_specification()
    {
        using TemporaryFolder folder = new();
        byte[] codes = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        Raw.Write(folder["a"], """{"x":{"dtype":"F8_E8M0","shape":[256],"data_offsets":[0,256]}}""", codes);
        float[] read = SafeTensors.Load(folder["a"], Device.Cpu, convert: true)["x"].ToArray<float>();

        // OCP Microscaling Formats (MX) 1.0, 5.4.1: a bias of 127, and 255 is NaN.
        Assert.Equal(1f, read[127]);
        Assert.Equal(0.5f, read[126]);
        Assert.Equal(1.7014118346046923e38f, read[254]);
        Assert.Equal(5.877471754111438e-39f, read[0]);
        Assert.True(float.IsNaN(read[255]));
        Assert.All(Enumerable.Range(0, 254), i => Assert.Equal(2f, read[i + 1] / read[i]));
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        string refused = Assert.ThrowsAny<InvalidDataException>(() => file.Load("x", Device.Cpu, DType.Float16)).Message;
        Assert.Contains("Float16", refused, StringComparison.Ordinal);
        Assert.Contains("'x'", refused, StringComparison.Ordinal);
        Assert.Contains("F8_E8M0", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_of_other_sizes_become_larger_ones()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = new byte[3 * (1 + 2 + 2 + 4 + 8)];
        (bytes[0], bytes[1], bytes[2]) = (0x80, 0xFF, 0x7F);
        Span<byte> rest = bytes.AsSpan(3);
        BinaryPrimitives.WriteInt16LittleEndian(rest, short.MinValue);
        BinaryPrimitives.WriteInt16LittleEndian(rest[2..], -1);
        BinaryPrimitives.WriteInt16LittleEndian(rest[4..], 12345);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[6..], 65535);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[12..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], 3_000_000_001);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[24..], long.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[32..], 5);
        Raw.Write(
            folder["a"],
            """
            {"i8":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"i16":{"dtype":"I16","shape":[3],"data_offsets":[3,9]},
            "u16":{"dtype":"U16","shape":[3],"data_offsets":[9,15]},"u32":{"dtype":"U32","shape":[3],"data_offsets":[15,27]},
            "u64":{"dtype":"U64","shape":[3],"data_offsets":[27,51]}}
            """,
            bytes);
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu, convert: true);
        Assert.Equal([-128, -1, 127], read["i8"].ToArray<int>());
        Assert.Equal([-32768, -1, 12345], read["i16"].ToArray<int>());
        Assert.Equal([65535, 1, 0], read["u16"].ToArray<int>());
        Assert.Equal([4294967295, 3000000001, 0], read["u32"].ToArray<long>());
        Assert.Equal([long.MaxValue, 5, 0], read["u64"].ToArray<long>());

        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        Assert.Equal([65535f, 1, 0], file.Load("u16", Device.Cpu, DType.Float32).ToArray<float>());
        Assert.Equal([4294967295.0, 3000000001, 0], file.Load("u32", Device.Cpu, DType.Float64).ToArray<double>());
        foreach ((string name, DType dtype, string value) in ((string, DType, string)[])
            [
                ("i8", DType.UInt8, "-128"), ("i16", DType.BFloat16, "12345"), ("u32", DType.Int32, "4294967295"), ("u32", DType.Float32, "4294967295"),
                ("u64", DType.Float64, "9223372036854775807"), ("u16", DType.Bool, "65535"),
            ])
        {
            string refused = Assert.ThrowsAny<InvalidDataException>(() => file.Load(name, Device.Cpu, dtype)).Message;
            Assert.StartsWith(folder["a"], refused, StringComparison.Ordinal);
            Assert.Contains($"'{name}'", refused, StringComparison.Ordinal);
            Assert.Contains($"{dtype}", refused, StringComparison.Ordinal);
            Assert.Contains(value, refused, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(9223372036854775808, true)]
    [InlineData(18446744073709551615, false)]
    public void Unsigned_numbers_of_2_to_the_63_and_more_fit_floats_alone(ulong value, bool isDouble)
    {
        using TemporaryFolder folder = new();
        Raw.Write(folder["a"], """{"x":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}""", BitConverter.GetBytes(value));
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu, convert: true);
        Assert.Empty(read);
        Assert.Contains($"{value}", read.Skipped["x"], StringComparison.Ordinal);
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        if (isDouble)
        {
            Assert.Equal(9223372036854775808.0, file.Load("x", Device.Cpu, DType.Float64).Item());
        }
        else
        {
            Assert.ThrowsAny<InvalidDataException>(() => file.Load("x", Device.Cpu, DType.Float64));
        }
    }

    [Fact]
    public void Without_being_asked_nothing_is_converted_and_the_message_says_how_to_ask()
    {
        TensorDictionary read = SafeTensors.Load(Example.File("types.safetensors"), Device.Cpu);
        Assert.Contains("convert: true makes Float32", read.Skipped["F8_E4M3"], StringComparison.Ordinal);
        Assert.Contains("convert: true makes Int64", read.Skipped["U64"], StringComparison.Ordinal);
        using SafeTensorsFile file = SafeTensors.Open(Example.File("types.safetensors"));
        string refused = Assert.ThrowsAny<InvalidDataException>(() => file.Load("I16", Device.Cpu)).Message;
        Assert.Contains("dtype: DType.Int32", refused, StringComparison.Ordinal);

        // Of what has no conversion, neither does.
        TensorDictionary converted = SafeTensors.Load(Example.File("types.safetensors"), Device.Cpu, convert: true);
        Assert.Equal(["C64", "F4", "F6_E2M3", "F6_E3M2", "U64"], converted.Skipped.Keys.Order(StringComparer.Ordinal));
        Assert.ThrowsAny<InvalidDataException>(() => file.Load("C64", Device.Cpu, DType.Float32));
    }

    [Fact]
    public void A_tensor_is_converted_as_it_is_loaded()
    {
        using SafeTensorsFile file = SafeTensors.Open(Example.File("canonical.safetensors"));
        Example.Same(Example.Of(DType.Float32, 2, 3).To(DType.BFloat16), file.Load("a.weight", Device.Cpu, DType.BFloat16));
        Example.Same(Example.Of(DType.Float32, 2, 3), file.Load("a.weight", Device.Cpu, DType.Float32));
    }

    [Fact]
    public void More_elements_than_fit_a_piece_are_converted_in_their_places()
    {
        using TemporaryFolder folder = new();
        byte[] codes = [.. Enumerable.Range(0, 1_300_000).Select(static i => (byte)(i % 251))];
        Raw.Write(folder["a"], $$$"""{"x":{"dtype":"I8","shape":[1300000],"data_offsets":[0,1300000]}}""", codes);
        int[] read = SafeTensors.Load(folder["a"], Device.Cpu, convert: true)["x"].ToArray<int>();
        Assert.Equal(codes.Select(static code => (int)(sbyte)code), read);
    }

    [Fact]
    public void Arrays_of_NumPy_are_converted_as_well()
    {
        Assert.Equal([-5, -4, -1], Npy.Load(Example.File("unsupported.npy"), Device.Cpu, convert: true).ToArray<int>());
        Assert.Contains(
            "convert: true makes Int32", Assert.Throws<InvalidDataException>(() => Npy.Load(Example.File("unsupported.npy"), Device.Cpu)).Message, StringComparison.Ordinal);
        TensorDictionary read = Npz.Load(Example.File("types.npz"), Device.Cpu, convert: true);
        Assert.Equal([-5, -4, -1], read["short"].ToArray<int>());
        Assert.DoesNotContain("short", read.Skipped.Keys);
        Assert.Contains("complex", read.Skipped.Keys);

        // Both orders of axes and of bytes.
        using TemporaryFolder folder = new();
        byte[] elements = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 255, 255];
        byte[] header = System.Text.Encoding.ASCII.GetBytes("{'descr': '>u2', 'fortran_order': True, 'shape': (2, 3)}");
        File.WriteAllBytes(folder["a"], [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. elements]);
        using Tensor tensor = Npy.Load(folder["a"], Device.Cpu, convert: true);
        Assert.Equal(new Shape(2, 3), tensor.Shape);
        Assert.Equal([1, 3, 5, 2, 4, 65535], tensor.ToArray<int>());
    }

    private static void Same(float[] expected, float[] actual)
    {
        Assert.Equal(256, expected.Length);
        Assert.All(Enumerable.Range(0, 256), i => Assert.True(
            float.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
            $"{i:X2}: {expected[i]} and {actual[i]}"));
    }
}
