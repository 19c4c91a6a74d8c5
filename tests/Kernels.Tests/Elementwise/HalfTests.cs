namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>Element-wise functions of 16-bit floats: what the Float32 form gives for the same numbers, rounded once.</summary>
public class HalfTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 257), 511, 513, 20_001];

    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Unary_operators_of_every_length_are_the_Float32_forms_rounded(DType dtype)
    {
        foreach (UnaryCase unary in UnaryCase.All)
        {
            using Sample x = Sample.Of(Device.Cpu, dtype, [s_lengths[^1]], unary.Input);
            using Sample g = Sample.Of(Device.Cpu, dtype, [s_lengths[^1]], i => Tests.Numbers.Noise(i, 8));
            using Sample wideX = Wide(x);
            using Sample wideG = Wide(g);
            using Sample wideY = Sample.Filled(Device.Cpu, DType.Float32, [s_lengths[^1]], 0);
            unary.Forward(wideY.Operand, wideX.Operand);
            double[] values = Rounded(dtype, wideY.Read());
            unary.Backward(wideY.Operand, wideG.Operand, wideX.Operand);
            double[] slopes = Rounded(dtype, wideY.Read());
            foreach (int length in s_lengths)
            {
                using Sample y = Sample.Filled(Device.Cpu, dtype, [length + 1], 99);
                unary.Forward(First(y, length), First(x, length));
                Same([.. values.AsSpan()[..length], 99], y.Read(), $"{unary.Name} {dtype} {length}");
                unary.Backward(First(y, length), First(g, length), First(x, length));
                Same([.. slopes.AsSpan()[..length], 99], y.Read(), $"{unary.Name}' {dtype} {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Unary_operators_take_all_layouts_on_all_devices(DType dtype)
    {
        foreach (UnaryCase unary in UnaryCase.All)
        {
            foreach (Layout input in Enum.GetValues<Layout>())
            {
                foreach (Layout output in (Layout[])[Layout.Contiguous, Layout.Transposed, Layout.Gapped])
                {
                    Check(unary, Device.Cpu, dtype, [3, 5, 7], input, output);
                    Check(unary, Device.Cpu, dtype, [2, 300], input, output);
                }
            }

            Check(unary, TestDevice.Gpu, dtype, [3, 4, 3], Layout.Transposed, Layout.Contiguous);
            Check(unary, TestDevice.Gpu, dtype, [29], Layout.Contiguous, Layout.Gapped);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Binary_operators_are_the_Float32_forms_rounded_on_all_devices(DType dtype)
    {
        foreach (BinaryCase binary in BinaryCase.All)
        {
            foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
            {
                foreach (Layout layout in Enum.GetValues<Layout>())
                {
                    Check(binary, device, dtype, [3, 2, 5], layout, Layout.Contiguous);
                    Check(binary, device, dtype, [3, 2, 5], Layout.Gapped, layout);
                }
            }

            foreach (int length in s_lengths[..^1])
            {
                Check(binary, Device.Cpu, dtype, [length], Layout.Contiguous, Layout.Contiguous);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_mask_chooses_between_halves(DType dtype)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample mask = Sample.Of(device, DType.Bool, [41], i => i % 3 == 0 ? 1 : 0);
            using Sample a = Sample.Of(device, dtype, [41], i => i + 0.5);
            using Sample b = Sample.Of(device, dtype, [41], i => -i);
            using Sample o = Sample.Filled(device, dtype, [41], 9);
            Kernels.Elementwise.RunNumeric(default(WhereOp), o.Operand, mask.Operand, a.Operand, b.Operand);
            Assert.Equal([.. Enumerable.Range(0, 41).Select(static i => i % 3 == 0 ? i + 0.5 : -i)], o.Read());
        }
    }

    private static void Check(UnaryCase unary, Device device, DType dtype, int[] dims, Layout input, Layout output)
    {
        using Sample x = Sample.Of(device, dtype, dims, unary.Input, input);
        using Sample g = Sample.Of(device, dtype, dims, i => Tests.Numbers.Noise(i, 8));
        using Sample y = Sample.Filled(device, dtype, dims, 99, output);
        using Sample wideX = Wide(x);
        using Sample wideG = Wide(g);
        using Sample wideY = Sample.Filled(device, DType.Float32, dims, 0);
        string what = $"{unary.Name} {dtype} {device} {input} to {output}";
        unary.Forward(y.Operand, x.Operand);
        unary.Forward(wideY.Operand, wideX.Operand);
        Same(Rounded(dtype, wideY.Read()), y.Read(), what);
        unary.Backward(y.Operand, g.Operand, x.Operand);
        unary.Backward(wideY.Operand, wideG.Operand, wideX.Operand);
        Same(Rounded(dtype, wideY.Read()), y.Read(), what);
    }

    private static void Check(BinaryCase binary, Device device, DType dtype, int[] dims, Layout first, Layout second)
    {
        using Sample a = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 0, i), first);
        using Sample b = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 1, i), second);
        using Sample c = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 2, i));
        using Sample o = Sample.Filled(device, binary.ResultType(dtype), dims, 99);
        using Sample wideA = Wide(a);
        using Sample wideB = Wide(b);
        using Sample wideC = Wide(c);
        using Sample wideO = Sample.Filled(device, binary.ResultType(DType.Float32), dims, 99);
        binary.Run(o.Operand, a.Operand, b.Operand, c.Operand);
        binary.Run(wideO.Operand, wideA.Operand, wideB.Operand, wideC.Operand);
        double[] expected = binary.IsComparison ? wideO.Read() : Rounded(dtype, wideO.Read());
        Same(expected, o.Read(), $"{binary.Name} {dtype} {device} {first} {second}");
    }

    private static Operand First(Sample sample, int length) => sample.Operand with { Dims = [length] };

    private static Sample Wide(Sample sample)
    {
        double[] values = sample.Read();
        return Sample.Of(sample.Operand.Device, DType.Float32, sample.Operand.Dims, i => values[i]);
    }

    private static double[] Rounded(DType dtype, double[] values) => Array.ConvertAll(
        values, value => dtype == DType.Float16 ? (double)(Half)value : Tests.Numbers.OfBFloat16(Tests.Numbers.ToBFloat16(value)));

    private static void Same(double[] expected, double[] actual, string what) => Assert.True(expected.AsSpan().SequenceEqual(actual), what);
}
