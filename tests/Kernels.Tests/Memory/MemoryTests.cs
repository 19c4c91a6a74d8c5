namespace DeepSharp.Kernels.Tests.Memory;

/// <summary>Filling, converting and copying.</summary>
public class MemoryTests
{
    private static readonly DType[] s_types = Enum.GetValues<DType>();
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 257), 1023, 4099, 200_003];

    public static TheoryData<DType> Types => [.. s_types];

    public static TheoryData<DType, DType> Pairs
    {
        get
        {
            TheoryData<DType, DType> pairs = [];
            foreach (DType from in s_types)
            {
                foreach (DType to in s_types)
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_length_is_filled_and_not_one_element_more(DType dtype)
    {
        foreach (double value in (double[])[0, 1, 2.75])
        {
            double expected = Converted(dtype, value);
            foreach (int length in s_lengths)
            {
                using Sample x = Sample.Filled(Device.Cpu, dtype, [length + 2], 9);
                Fill.Value(x.Operand with { Offset = 1, Dims = [length] }, value);
                double[] read = x.Read();
                Assert.Equal([9, 9], (double[])[read[0], read[^1]]);
                Assert.DoesNotContain(read[1..^1], v => v != expected);
            }
        }

        using Sample emulated = Sample.Filled(TestDevice.Gpu, dtype, [37], 9);
        Fill.Value(emulated.Operand, 2.75);
        Assert.Equal(Enumerable.Repeat(Converted(dtype, 2.75), 37), emulated.Read());
        Fill.Zero(emulated.Operand);
        Assert.Equal(new double[37], emulated.Read());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_length_is_converted(DType from, DType to)
    {
        using Sample x = Sample.Of(Device.Cpu, from, [s_lengths[^1]], i => Value(from, i));
        double[] expected = Array.ConvertAll(x.Read(), v => Converted(to, v));
        foreach (int length in s_lengths)
        {
            using Sample y = Sample.Filled(Device.Cpu, to, [length + 1], 9);
            Cast.Run(y.Operand with { Dims = [length] }, x.Operand with { Dims = [length] });
            Assert.True(y.Read().AsSpan().SequenceEqual([.. expected.AsSpan()[..length], 9]), $"{from} to {to}, length {length}");
        }

        using Sample source = Sample.Of(TestDevice.Gpu, from, [29], i => Value(from, i));
        using Sample emulated = Sample.Filled(TestDevice.Gpu, to, [29], 9);
        Cast.Run(emulated.Operand, source.Operand);
        Assert.Equal(expected[..29], emulated.Read());
    }

    [Fact]
    public void Conversions_keep_NaN_and_infinities_and_truncate_towards_zero()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 1e300, -2.9, 2.9, 1e-50];
        using Sample x = Sample.Of(Device.Cpu, DType.Float64, [8], i => values[i]);
        using Sample single = Sample.Filled(Device.Cpu, DType.Float32, [8], 9);
        using Sample truth = Sample.Filled(Device.Cpu, DType.Bool, [8], 9);
        Cast.Run(single.Operand, x.Operand);
        Cast.Run(truth.Operand, x.Operand);
        Assert.Equal(Array.ConvertAll(values, v => (double)(float)v), single.Read());
        Assert.Equal([1, 1, 1, 0, 1, 1, 1, 1], truth.Read());
        foreach (DType integer in (DType[])[DType.Int32, DType.Int64])
        {
            using Sample y = Sample.Filled(Device.Cpu, integer, [2], 9);
            Cast.Run(y.Operand, x.Operand with { Offset = 5, Dims = [2] });
            Assert.Equal([-2, 2], y.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Copies_agree_for_all_layouts(DType dtype)
    {
        int[][] shapes =
            [[], [7], [0], [3, 5, 7], [40, 50], [2, 3, 17, 33], [2, 0, 3], [1, 5, 1], [2, 3, 2, 3, 2, 2, 2, 3], [300, 200], [5, 4, 16, 16]];
        foreach (int[] dims in shapes)
        {
            foreach (Layout input in Enum.GetValues<Layout>())
            {
                foreach (Layout output in (Layout[])[Layout.Contiguous, Layout.Transposed, Layout.Gapped])
                {
                    CheckCopy(Device.Cpu, dtype, dims, input, output);
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float16)]
    [InlineData(DType.Int64)]
    [InlineData(DType.UInt8)]
    public void The_GPU_form_copies_all_layouts(DType dtype)
    {
        CheckCopy(TestDevice.Gpu, dtype, [3, 2, 5], Layout.Transposed, Layout.Gapped);
        CheckCopy(TestDevice.Gpu, dtype, [3, 2, 5], Layout.Broadcast, Layout.Transposed);
        CheckCopy(TestDevice.Gpu, dtype, [2, 3, 2, 2, 2, 2], Layout.Transposed, Layout.Contiguous);
        CheckCopy(TestDevice.Gpu, dtype, [0, 2], Layout.Contiguous, Layout.Contiguous);
    }

    [Fact]
    public void Two_axes_in_any_order_are_transposed_in_tiles()
    {
        // Edges around the tile's, and strides larger than the axis.
        foreach ((int rows, int columns) in ((int, int)[])[(1, 40), (15, 17), (16, 16), (17, 15), (33, 48), (257, 3), (3, 257)])
        {
            using Sample x = Sample.Of(Device.Cpu, DType.Float32, [2, rows + 1, columns + 3], i => i);
            using Sample y = Sample.Filled(Device.Cpu, DType.Float32, [2, columns, rows], -1);
            int[] strides = x.Operand.Strides;
            StridedCopy.Run(
                y.Operand, x.Operand with { Dims = [2, columns, rows], Strides = [strides[0], strides[2], strides[1]] });
            double[] copied = y.Read();
            for (int i = 0; i < copied.Length; i++)
            {
                int plane = i / (rows * columns);
                int column = i / rows % columns;
                Assert.Equal((plane * strides[0]) + (i % rows * strides[1]) + column, copied[i]);
            }
        }
    }

    private static void CheckCopy(Device device, DType dtype, int[] dims, Layout input, Layout output)
    {
        using Sample x = Sample.Of(device, dtype, dims, i => Value(dtype, i), input);
        using Sample y = Sample.Filled(device, dtype, dims, 9, output);
        double[] untouched = output == Layout.Gapped && y.Count > 0 ? Around(y) : [];
        StridedCopy.Run(y.Operand, x.Operand);
        Assert.True(x.Read().AsSpan().SequenceEqual(y.Read()), $"{dtype} [{string.Join(", ", dims)}] {input} to {output}");
        Assert.Equal(untouched, output == Layout.Gapped && y.Count > 0 ? Around(y) : []);
    }

    // The three elements before the first one.
    private static double[] Around(Sample sample)
    {
        byte[] bits = sample.Bits()[..(3 * sample.Operand.DType.Size)];
        return Array.ConvertAll(bits, static b => (double)b);
    }

    // Within every type's range, with fractions for those that have them.
    private static double Value(DType dtype, int index) => dtype switch
    {
        DType.Bool => Numbers.Noise(index) > 0 ? 1 : 0,
        DType.UInt8 => Math.Floor(Math.Abs(Numbers.Noise(index)) * 256),
        DType.Int32 or DType.Int64 => Math.Floor(Math.Abs(Numbers.Noise(index)) * 256),
        _ => Math.Abs(Numbers.Noise(index)) < 0.1 ? 0 : Math.Abs(Numbers.Noise(index)) * 255,
    };

    private static double Converted(DType dtype, double value) => dtype switch
    {
        DType.Bool => value != 0 ? 1 : 0,
        DType.Float32 => (float)value,
        DType.Float64 => value,
        DType.Float16 => (double)(Half)value,
        DType.BFloat16 => Numbers.OfBFloat16(Numbers.ToBFloat16(value)),
        _ => Math.Truncate(value),
    };
}
