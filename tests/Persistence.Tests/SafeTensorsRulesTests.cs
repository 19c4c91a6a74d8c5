using System.Text;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>Each rule of the format, broken.</summary>
public class SafeTensorsRulesTests
{
    private const string Good = """{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""";

    [Fact]
    public void The_file_that_the_others_are_made_from_is_good()
    {
        using TemporaryFolder folder = new();
        Raw.Write(folder["good"], Good, new byte[8]);
        Assert.Equal([0, 0], SafeTensors.Load(folder["good"], Device.Cpu)["x"].ToArray<int>());
    }

    // The header, the number of bytes after it, and what the message must say.
    [Theory]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 7, "7")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 9, "8 bytes of tensors")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[1,9]}}""", 9, "begin at byte 0")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[8,0]}}""", 8, "[8, 0]")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "[begin, end]")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[8]}}""", 8, "[begin, end]")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,4]}}""", 4, "8 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"I32","shape":[3],"data_offsets":[0,8]}}""", 8, "12 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"I32","shape":[],"data_offsets":[0,8]}}""", 8, "4 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"I32","shape":[-2],"data_offsets":[0,8]}}""", 8, "-2")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "2.0")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2e0],"data_offsets":[0,8]}}""", 8, "2e0")]
    [InlineData("""{"x":{"dtype":"I32","shape":["2"],"data_offsets":[0,8]}}""", 8, "String 2")]
    [InlineData("""{"x":{"dtype":"I32","shape":[[2]],"data_offsets":[0,8]}}""", 8, "StartArray")]
    [InlineData("""{"x":{"dtype":"I32","shape":2,"data_offsets":[0,8]}}""", 8, "an array as the shape of 'x'")]
    [InlineData("""{"x":{"dtype":"I32","shape":[null],"data_offsets":[0,8]}}""", 8, "Null")]
    [InlineData("""{"x":{"dtype":"I32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "99999999999999999999")]
    [InlineData("""{"x":{"dtype":"I32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}""", 8, "2^63")]
    [InlineData("""{"x":{"dtype":"I32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "2^63")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""", 8, "begin at byte 0")]
    [InlineData("""{"x":{"dtype":"I33","shape":[2],"data_offsets":[0,8]}}""", 8, "'I33'")]
    [InlineData("""{"x":{"dtype":"i32","shape":[2],"data_offsets":[0,8]}}""", 8, "'i32'")]
    [InlineData("""{"x":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype of 'x'")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype")]
    [InlineData("""{"x":{"dtype":"I32","data_offsets":[0,8]}}""", 8, "no shape")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2]}}""", 8, "no data_offsets")]
    [InlineData("""{"x":{"dtype":"I32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 8, "'dtype'")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "'more'")]
    [InlineData("""{"x":[]}""", 0, "an object for the tensor 'x'")]
    [InlineData("""{"x":null}""", 0, "an object for the tensor 'x'")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9, "'y' to begin at byte 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7, "'y' to begin at byte 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "'y' to begin at byte 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "'x' again")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0078":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "'x' again")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'a'")]
    [InlineData("""{"__metadata__":{"a":null}}""", 0, "'a'")]
    [InlineData("""{"__metadata__":{"a":{"b":"c"}}}""", 0, "'a'")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a' again")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' again")]
    [InlineData("""{"half \ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "Unicode")]
    [InlineData("""{"__metadata__":{"a":"\udfff"}}""", 0, "Unicode")]
    [InlineData(""" {}""", 0, "'{'")]
    [InlineData("""[]""", 0, "'{'")]
    [InlineData("""{}}""", 0, "JSON")]
    [InlineData("""{} {}""", 0, "JSON")]
    [InlineData("""{"x":{}""", 0, "'x'")]
    [InlineData("""{"x":""", 0, "JSON")]
    [InlineData("""{"x" 1}""", 0, "JSON")]
    [InlineData("""{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},}""", 8, "JSON")]
    [InlineData("""{/**/}""", 0, "JSON")]
    [InlineData("""{"a":{"shape":[[[[[[[[1]]]]]]]]}}""", 0, "StartArray")]
    public void A_broken_rule_is_an_error_that_names_the_file(string header, int bytes, string says)
    {
        using TemporaryFolder folder = new();
        string path = folder["broken.safetensors"];
        Raw.Write(path, header, new byte[bytes]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafeTensors.Load(path, Device.Cpu));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
        Assert.Contains("found", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => SafeTensors.Open(path));
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "8 axes")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3000000000,0],"data_offsets":[0,0]},"y":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "3000000000")]
    [InlineData("""{"x":{"dtype":"U8","shape":[1000000,1000000,0],"data_offsets":[0,0]},"y":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "elements")]
    public void More_axes_or_elements_than_a_tensor_can_have_are_an_error_on_loading(string header, int bytes, string says)
    {
        using TemporaryFolder folder = new();
        Raw.Write(folder["a"], header, new byte[bytes]);
        using SafeTensorsFile file = SafeTensors.Open(folder["a"]);
        string error = Assert.Throws<InvalidDataException>(() => file.Load("x")).Message;
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Contains("'x'", error, StringComparison.Ordinal);
        TensorDictionary read = SafeTensors.Load(folder["a"], Device.Cpu);
        Assert.Equal(["y"], read.Keys);
        Assert.Contains(says, read.Skipped["x"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "1 and 4/8 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"F4","shape":[4],"data_offsets":[0,1]}}""", 1, "2 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"F6_E3M2","shape":[1],"data_offsets":[0,1]}}""", 1, "0 and 6/8 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"C64","shape":[1],"data_offsets":[0,4]}}""", 4, "8 bytes for 'x'")]
    [InlineData("""{"x":{"dtype":"C64","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0, "2^63")]
    public void Elements_of_any_type_take_the_bits_that_they_have(string header, int bytes, string says)
    {
        using TemporaryFolder folder = new();
        Raw.Write(folder["a"], header, new byte[bytes]);
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => SafeTensors.Load(folder["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_no_UTF8_is_an_error()
    {
        using TemporaryFolder folder = new();
        byte[] header = Encoding.Latin1.GetBytes("""{"ü":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""");
        File.WriteAllBytes(folder["a"], Raw.Bytes(header, [0]));
        Assert.Contains("UTF-8", Assert.Throws<InvalidDataException>(() => SafeTensors.Load(folder["a"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "8 bytes of the header's length")]
    [InlineData(new byte[] { 2, 0, 0, 0 }, "8 bytes of the header's length")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "length 0")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 123 }, "length 1")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "3 bytes of the header")]
    [InlineData(new byte[] { 0, 225, 245, 5, 0, 0, 0, 0, 123, 125 }, "100,000,000 bytes of the header")]
    [InlineData(new byte[] { 1, 225, 245, 5, 0, 0, 0, 0, 123, 125 }, "100,000,001")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 }, "18,446,744,073,709,551,615")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 128, 123, 125 }, "9,223,372,036,854,775,810")]
    public void The_length_of_the_header_is_checked_before_memory_is_taken(byte[] file, string says)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], file);
        Assert.Throws<InvalidDataException>(() => SafeTensors.Load(folder["a"]));

        // The first exception of a process loads what it is described with.
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafeTensors.Load(folder["a"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.StartsWith(folder["a"], error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Example.File("canonical.safetensors"));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["a"], whole[..length]);
            Assert.Throws<InvalidDataException>(() => SafeTensors.Load(folder["a"]));
        }
    }
}
