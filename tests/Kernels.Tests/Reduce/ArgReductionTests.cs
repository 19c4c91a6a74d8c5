namespace DeepSharp.Kernels.Tests.Reduce;

public class ArgReductionTests
{
    [Fact]
    public void Every_length_finds_the_first_extreme()
    {
        foreach (int length in Enumerable.Range(1, 256).Concat([1023, 1025, 4097, 70001, 600001]))
        {
            // Few different values, so that there are ties.
            Check(Device.Cpu, DType.Float32, [length], 1, i => Math.Round(8 * Numbers.Noise(i, length)));
            Check(Device.Cpu, DType.Float64, [length], 1, i => Numbers.Noise(i, length));
            Check(Device.Cpu, DType.Int32, [length], 1, i => Math.Round(100 * Numbers.Noise(i, length)));
        }
    }

    [Theory]
    [InlineData(Layout.Contiguous)]
    [InlineData(Layout.Transposed)]
    [InlineData(Layout.Gapped)]
    [InlineData(Layout.Broadcast)]
    public void Every_subset_of_four_axes_finds_the_first_extreme(Layout layout)
    {
        foreach (int[] dims in (int[][])[[2, 3, 4, 5], [3, 5, 2, 37], [1, 4, 70, 9]])
        {
            int inner = dims[2] * dims[3];
            for (uint axes = 0; axes < 16; axes++)
            {
                Check(
                    Device.Cpu, DType.Float32, dims, axes,
                    i => Math.Round(9 * Numbers.Noise(layout == Layout.Broadcast ? (i / (inner * dims[1]) * inner) + (i % inner) : i)),
                    layout);
            }
        }
    }

    [Fact]
    public void The_GPU_form_finds_the_first_extreme()
    {
        // Barriers are slow on this device: few groups.
        foreach (uint axes in (uint[])[0, 1, 6, 8, 13, 15])
        {
            Check(TestDevice.Gpu, DType.Float32, [2, 2, 3, 4], axes, i => Math.Round(9 * Numbers.Noise(i)));
        }

        Check(TestDevice.Gpu, DType.Float32, [3, 67], 2, i => Math.Round(9 * Numbers.Noise(i)));
        Check(TestDevice.Gpu, DType.Int64, [2, 3, 2, 17], 13, i => Math.Round(9 * Numbers.Noise(i)), Layout.Transposed);
        Check(TestDevice.Gpu, DType.Float64, [40, 5], 1, i => Math.Round(9 * Numbers.Noise(i)), Layout.Gapped);
        Check(TestDevice.Gpu, DType.Float32, [40000], 1, i => i is 20111 or 39000 ? 7 : Numbers.Noise(i));
    }

    [Fact]
    public void NaN_wins_and_infinities_count()
    {
        double nan = double.NaN;
        double inf = double.PositiveInfinity;
        double[][] rows =
        [
            [1, nan, 3, nan], [-inf, -inf, -inf, -inf], [inf, 1, inf, -inf], [-inf, nan, inf, 2], [nan, nan, nan, nan], [0, -0.0, 0, 0],
        ];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (int repeat in (int[])[1, 20])
            {
                int length = 4 * repeat;
                Check(device, DType.Float32, [rows.Length, length], 2, i => rows[i / length][i % length / repeat]);
                Check(device, DType.Float32, [length, rows.Length], 1, i => rows[i % rows.Length][i / rows.Length / repeat]);
            }
        }
    }

    [Fact]
    public void Positions_can_be_32_bit_integers()
    {
        using Sample input = Sample.Of(Device.Cpu, DType.Float32, [3, 50], i => Numbers.Noise(i));
        using Sample narrow = Sample.Filled(Device.Cpu, DType.Int32, [3], 0);
        using Sample wide = Sample.Filled(Device.Cpu, DType.Int64, [3, 1], 0);
        ArgReduction.Max(narrow.Operand, input.Operand, 2);
        ArgReduction.Max(wide.Operand, input.Operand, 2);
        double[] expected = [.. ReductionCase.Groups([3, 50], input.Read(), 2).Select(g => (double)g.IndexOf(g.Max()))];
        Assert.Equal(expected, narrow.Read());
        Assert.Equal(expected, wide.Read());
    }

    private static void Check(
        Device device, DType dtype, int[] dims, uint axes, Func<int, double> value, Layout layout = Layout.Contiguous)
    {
        using Sample input = Sample.Of(device, dtype, dims, value, layout);
        int[] kept = [.. dims.Select((d, axis) => ((axes >> axis) & 1) != 0 ? 1 : d)];
        using Sample output = Sample.Filled(device, DType.Int64, kept, -1);
        List<double>[] groups = ReductionCase.Groups(dims, input.Read(), axes);
        string what = $"{dtype} [{string.Join(", ", dims)}] over {axes:b} {layout}";
        ArgReduction.Max(output.Operand, input.Operand, axes);
        Numbers.AssertClose([.. groups.Select(g => First(g, g.Max()))], output.Read(), 0, 0, "argmax " + what);
        ArgReduction.Min(output.Operand, input.Operand, axes);
        Numbers.AssertClose([.. groups.Select(g => First(g, g.Min()))], output.Read(), 0, 0, "argmin " + what);
    }

    private static double First(List<double> values, double extreme)
    {
        int nan = values.FindIndex(double.IsNaN);
        return nan >= 0 ? nan : values.FindIndex(v => v == extreme);
    }
}
