using System.Buffers.Binary;
using System.Text;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

public class NpyTests
{
    public static TheoryData<string, DType, int[]> Files => new()
    {
        { "f4.npy", DType.Float32, [2, 3] },
        { "f8.npy", DType.Float64, [3, 2] },
        { "i4.npy", DType.Int32, [7] },
        { "i8.npy", DType.Int64, [2, 2, 2] },
        { "u1.npy", DType.UInt8, [40] },
        { "b1.npy", DType.Bool, [7] },
        { "scalar.npy", DType.Float32, [] },
        { "empty.npy", DType.Float32, [0, 5] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void NumPys_files_are_read_and_written_to_the_byte(string name, DType dtype, int[] shape)
    {
        using TemporaryFolder folder = new();
        Tensor expected = Example.Of(dtype, shape);
        Example.Same(expected, Npy.Load(Example.File(name), Device.Cpu));
        Npy.Save(folder["a"], expected);
        Assert.Equal(File.ReadAllBytes(Example.File(name)), File.ReadAllBytes(folder["a"]));
    }

    [Theory]
    [InlineData("fortran.npy", DType.Float64, new[] { 2, 3, 4 })]
    [InlineData("big_endian.npy", DType.Int32, new[] { 2, 3 })]
    [InlineData("half.npy", DType.Float16, new[] { 2, 3 })]
    [InlineData("version2.npy", DType.Float32, new[] { 2, 3 })]
    [InlineData("version3.npy", DType.Float32, new[] { 2, 3 })]
    public void Other_forms_are_read(string name, DType dtype, int[] shape)
    {
        Tensor read = Npy.Load(Example.File(name), Device.Cpu);
        Assert.True(read.IsContiguous);
        Example.Same(Example.Of(dtype, shape), read);
    }

    [Fact]
    public void Views_and_other_devices_are_written_in_the_order_of_their_own_axes()
    {
        using TemporaryFolder folder = new();
        Npy.Save(folder["a"], Example.Of(DType.Int32, 4, 5).T.Narrow(0, 1, 3));
        Example.Same(Example.Of(DType.Int32, 4, 5).T.Narrow(0, 1, 3).Contiguous(), Npy.Load(folder["a"], Device.Cpu));
        Npy.Save(folder["b"], Example.Of(DType.Int32, 4, 5).To(TestDevice.Gpu).T);
        Tensor read = Npy.Load(folder["b"], TestDevice.Gpu);
        Assert.Same(TestDevice.Gpu, read.Device);
        Example.Same(Example.Of(DType.Int32, 4, 5).T.Contiguous(), read);
    }

    [Fact]
    public void Halves_are_written_as_NumPy_writes_them_and_NumPy_has_no_BFloat16()
    {
        using TemporaryFolder folder = new();
        Npy.Save(folder["a"], Example.Of(DType.Float16, 2, 3));
        Assert.Equal(File.ReadAllBytes(Example.File("half.npy")), File.ReadAllBytes(folder["a"]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Npy.Save(folder["b"], Example.Of(DType.BFloat16, 2)));
        Assert.Contains("To(DType.Float32)", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["b"]));
    }

    [Fact]
    public void Values_above_one_are_true()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], Make("{'descr': '|b1', 'fortran_order': False, 'shape': (4,)}", [0, 1, 2, 255]));
        Assert.Equal([false, true, true, true], Npy.Load(folder["a"], Device.Cpu).ToArray<bool>());
    }

    [Theory]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData("{'shape': (2,), 'descr': '<i4', 'fortran_order': False}")]
    [InlineData("{\"descr\":\"<i4\",\"fortran_order\":False,\"shape\":(2,)}")]
    [InlineData("{'descr': '<i4', 'fortran_order': True, 'shape': (2L,), }  \n")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2,), }")]
    public void Python_dictionaries_of_any_layout_are_understood(string header)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], Make(header, [1, 0, 0, 0, 2, 0, 0, 0]));
        Assert.Equal([1, 2], Npy.Load(folder["a"], Device.Cpu).ToArray<int>());
    }

    [Theory]
    [InlineData("", "'{'")]
    [InlineData("[]", "'{'")]
    [InlineData("{", "in quotes")]
    [InlineData("{}", "no descr")]
    [InlineData("{'descr': '<i4', 'fortran_order': False}", "no shape")]
    [InlineData("{'descr': '<i4', 'shape': (2,)}", "no fortran_order")]
    [InlineData("{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", "'descr'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "'more'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,)} x", "nothing after")]
    [InlineData("{'descr': '<i4', 'fortran_order': 0, 'shape': (2,)}", "True or False")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2)}", "','")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': [2]}", "'('")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (-2,)}", "whole number")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2.0,)}", "','")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "whole number")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (65536, 65536)}", "2147483647")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807, 0)}", "2147483647")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "8 axes")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (4,)}", "'<i2'")]
    [InlineData("{'descr': '|i4', 'fortran_order': False, 'shape': (2,)}", "'|i4'")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "'<c8'")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "''")]
    [InlineData("{'descr': '[<i4', 'fortran_order': False, 'shape': (1,)}", "'[<i4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "'|O'")]
    [InlineData("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,)}", "plain element type")]
    [InlineData("{'descr': [('a]\\'', '<i4')], 'fortran_order': False, 'shape': (2,)}", "found [('a]\\'', '<i4')]")]
    [InlineData("{'descr': [('a', '<i4'), 'fortran_order': False, 'shape': (2,)}", "']' at character")]
    [InlineData("{'descr': [('a, '<i4')], 'fortran_order': False, 'shape': (2,)}", "at character")]
    [InlineData("{'descr': '<i\\x34', 'fortran_order': False, 'shape': (2,)}", "escapes")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", "the end after the elements")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (3,)}", "12 bytes of the elements")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (500000000,)}", "2,000,000,000 bytes of the elements")]
    public void A_broken_rule_is_an_error_that_names_the_file(string header, string says)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], Make(header, new byte[8]));
        Assert.Throws<InvalidDataException>(() => Npy.Load(folder["a"], Device.Cpu));

        // The first exception of a process loads what it is described with.
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npy.Load(folder["a"], Device.Cpu));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.StartsWith(folder["a"], error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Magic_version_and_header_length_are_checked()
    {
        using TemporaryFolder folder = new();
        byte[] good = File.ReadAllBytes(Example.File("f4.npy"));
        Check(static bytes => bytes[1] = (byte)'M', "begins with 934E554D5059");
        Check(static bytes => bytes[6] = 4, "4.0");
        Check(static bytes => bytes[7] = 1, "1.1");
        Check(static bytes => bytes.AsSpan(8, 2).Fill(255), "65,535 bytes of the header");
        Check(
            static bytes =>
            {
                bytes[6] = 2;
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), uint.MaxValue);
            },
            "4,294,967,295");

        void Check(Action<byte[]> damage, string says)
        {
            byte[] bytes = [.. good];
            damage(bytes);
            File.WriteAllBytes(folder["a"], bytes);
            InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npy.Load(folder["a"]));
            Assert.StartsWith(folder["a"], error.Message, StringComparison.Ordinal);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Types_that_no_tensor_holds_are_named()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Npy.Load(Example.File("unsupported.npy")));
        Assert.Contains("'<i2'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(Example.File("fortran.npy"));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder["a"], whole[..length]);
            Assert.Throws<InvalidDataException>(() => Npy.Load(folder["a"]));
        }
    }

    private static byte[] Make(string header, byte[] data)
    {
        byte[] text = Encoding.Latin1.GetBytes(header);
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }
}
