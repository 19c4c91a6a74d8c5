namespace DeepSharp.Tests;

/// <summary>Integers, bytes and masks against C#'s own arithmetic, on the CPU and in the kernels of GPUs.</summary>
public class IntegerTests
{
    private static readonly Device[] s_devices = [Device.Cpu, TestDevice.Gpu];

    /// <summary>All lengths up to some registers on the CPU; on a GPU those about whole groups, which have 16 threads where it is emulated.</summary>
    public static TheoryData<string, int> Lengths
    {
        get
        {
            TheoryData<string, int> rows = [];
            for (int length = 0; length < 40; length++)
            {
                rows.Add("cpu", length);
                if (length is < 3 or (> 14 and < 18) or (> 30 and < 34) or 39)
                {
                    rows.Add("gpu", length);
                }
            }

            return rows;
        }
    }

    public static IEnumerable<object[]> LengthsOfSome => Lengths.Where(static row => (int)row[1] > 0);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Functions_of_integers_are_those_of_CSharp(string where, int length)
    {
        Device device = On(where);
        using TensorScope scope = Tensor.Scope();
        int[] values = Values(length);
        long[] longs = [.. values.Select(static v => v * 3_000_000_000L)];
        Tensor x = Tensor.From(values, device);
        Tensor y = Tensor.From(longs, device);
        Assert.Equal(values.Select(static v => -v), (-x).ToArray<int>());
        Assert.Equal(longs.Select(static v => -v), (-y).ToArray<long>());
        Assert.Equal(values.Select(Math.Abs), x.Abs().ToArray<int>());
        Assert.Equal(longs.Select(Math.Abs), y.Abs().ToArray<long>());
        Assert.Equal(values.Select(Math.Sign), x.Sign().ToArray<int>());
        Assert.Equal(longs.Select(static v => (long)Math.Sign(v)), y.Sign().ToArray<long>());
        Assert.Equal(values.Select(static v => v * v), x.Square().ToArray<int>());
        Assert.Equal(values.Select(static v => v * v * v), x.Pow(3).ToArray<int>());
        Assert.Equal(values.Select(static v => 1), x.Pow(0).ToArray<int>());
        Assert.Equal(values.Select(static v => Math.Max(v, 0)), x.ReLU().ToArray<int>());
        Assert.Equal(values.Select(static v => Math.Clamp(v, -3, 4)), x.Clamp(-3, 4).ToArray<int>());
        Assert.Equal(values.Select(static v => Math.Min(v, 4)), x.Clamp(double.NegativeInfinity, 4).ToArray<int>());
        Assert.Equal(longs.Select(static v => Math.Clamp(v, -3, 6_000_000_000)), y.Clamp(-3, 6e9).ToArray<long>());
        Assert.Equal(values, x.Clamp(double.NegativeInfinity, double.PositiveInfinity).ToArray<int>());
    }

    [Fact]
    public void The_least_integer_wraps_as_in_PyTorch()
    {
        Tensor x = Tensor.From([int.MinValue], Device.Cpu);
        Assert.Equal([int.MinValue], (-x).ToArray<int>());
        Assert.Equal([int.MinValue], x.Abs().ToArray<int>());
        Assert.Equal([-1], x.Sign().ToArray<int>());
    }

    [Theory]
    [MemberData(nameof(LengthsOfSome))]
    public void Extremes_keep_the_element_type(string where, int length)
    {
        Device device = On(where);
        using TensorScope scope = Tensor.Scope();
        int[] values = Values(length);
        byte[] bytes = [.. values.Select(static v => (byte)(v * 37))];
        Tensor x = Tensor.From(values, device);
        Assert.Equal([values.Max()], x.Max().ToArray<int>());
        Assert.Equal([values.Min()], x.Min().ToArray<int>());
        Assert.Equal([bytes.Max()], Tensor.From(bytes, device).Max().ToArray<byte>());
        Assert.Equal([bytes.Min()], Tensor.From(bytes, device).Min().ToArray<byte>());
        Assert.Equal([values.Max() * 3_000_000_000L], (x.To(DType.Int64) * 3e9).Max().ToArray<long>());
        Assert.Equal([values.Any(static v => v > 5)], (x > 5).Max().ToArray<bool>());
        Assert.Equal(Array.IndexOf(values, values.Max()), x.ArgMax(0).Item());
        Assert.Equal(Array.IndexOf(values, values.Min()), x.ArgMin(0).Item());
        Assert.Equal(Array.IndexOf(bytes, bytes.Max()), Tensor.From(bytes, device).ArgMax(0).Item());
    }

    [Fact]
    public void Extremes_along_an_axis_keep_the_element_type()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor matrix = Tensor.From(new[,] { { 3, -7, 2 }, { -1, 5, 9 } }, device);
            Assert.Equal([3, 9], matrix.Max(1).ToArray<int>());
            Assert.Equal([-1, -7, 2], matrix.Min(0).ToArray<int>());
            Assert.Equal([2, 1], matrix.Max(-1, keepDims: true).Shape);
            Assert.Equal([0L, 2], matrix.ArgMax(1).ToArray<long>());
        }
    }

    [Fact]
    public void Bytes_compare_with_constants_beyond_them()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor bytes = Tensor.From<byte>([0, 44, 255], device);
            Assert.Equal([false, false, false], (bytes > 300).ToArray<bool>());
            Assert.Equal([true, true, true], (bytes < 300).ToArray<bool>());
            Assert.Equal([true, true, true], (bytes >= -1).ToArray<bool>());
            Assert.Equal([false, false, false], (bytes <= -1).ToArray<bool>());
            Assert.Equal([false, false, false], bytes.Equal(300).ToArray<bool>());
            Assert.Equal([false, true, false], bytes.Equal(44).ToArray<bool>());
            Assert.Equal([false, true, true], ((bytes > 0) > 0).ToArray<bool>());
        }
    }

    [Fact]
    public void A_constant_that_is_no_integer_is_refused_instead_of_cut_off()
    {
        Tensor x = Tensor.From([1, 2, 3], Device.Cpu);
        (string Name, Func<Tensor> Call)[] calls =
        [
            ("Add", () => x + 0.5), ("Subtract", () => x - 0.5), ("Subtract", () => 0.5 - x), ("Multiply", () => x * 0.5),
            ("Divide", () => x / 0.5), ("Greater", () => x > 0.5), ("GreaterOrEqual", () => x >= 0.5), ("Less", () => x < 0.5),
            ("LessOrEqual", () => x <= 0.5), ("Equal", () => x.Equal(0.5)), ("NotEqual", () => x.NotEqual(0.5)), ("Clamp", () => x.Clamp(0.5, 2)),
            ("Pow", () => x.Pow(0.5)),
        ];
        Assert.All(calls, call =>
        {
            string message = Assert.Throws<ArgumentException>(call.Call).Message;
            Assert.All((string[])[call.Name + ":", "0.5", "Int32", "[3]", "To(DType.Float32)"], part =>
                Assert.Contains(part, message, StringComparison.Ordinal));
        });
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => x.Equal(double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("3000000000", Assert.Throws<ArgumentException>(() => x + 3e9).Message, StringComparison.Ordinal);
        Assert.Equal([3_000_000_001L, 3_000_000_002, 3_000_000_003], (x.To(DType.Int64) + 3e9).ToArray<long>());
    }

    [Fact]
    public void Masks_have_their_logic_and_broadcast()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor a = Tensor.From([true, true, false, false], device);
            Tensor b = Tensor.From([true, false, true, false], device);
            Assert.Equal([true, false, false, false], (a & b).ToArray<bool>());
            Assert.Equal([true, true, true, false], (a | b).ToArray<bool>());
            Assert.Equal([false, true, true, false], (a ^ b).ToArray<bool>());
            Assert.Equal([false, false, true, true], (!a).ToArray<bool>());
            Tensor outer = a.Reshape(4, 1) & b[..2];
            Assert.Equal([4, 2], outer.Shape);
            Assert.Equal([true, false, true, false, false, false, false, false], outer.ToArray<bool>());
            Assert.Equal([true, false, true, true], Tensor.Where(a, b, Tensor.From([true], device)).ToArray<bool>());
            Tensor bytes = Tensor.From<byte>([200, 1, 2, 3], device);
            Assert.Equal([(byte)200, 1, 9, 9], Tensor.Where(a, bytes, Tensor.From<byte>([9], device)).ToArray<byte>());
            Assert.Empty((a[..0] & b[..0]).ToArray<bool>());
            string message = Assert.Throws<ArgumentException>(() => a & b.To(DType.Int32)).Message;
            Assert.All((string[])["And", "[4]", "Int32", "Bool", "Compare"], part => Assert.Contains(part, message, StringComparison.Ordinal));
            message = Assert.Throws<ArgumentException>(() => a | b[..3]).Message;
            Assert.All((string[])["Or", "[4]", "[3]"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    private static Device On(string where) => where == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static int[] Values(int length) => [.. Enumerable.Range(0, length).Select(static i => (i * 7919 % 23) - 11)];
}
