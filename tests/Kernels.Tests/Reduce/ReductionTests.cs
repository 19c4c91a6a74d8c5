namespace DeepSharp.Kernels.Tests.Reduce;

public class ReductionTests
{
    private static readonly int[] s_odd = [257, 1000, 1023, 1025, 4097, 16389, 65537, 131073, 300007];

    public static TheoryData<string> Names => [.. ReductionCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_agrees_with_the_formula(string name)
    {
        ReductionCase reduction = ReductionCase.Named(name);
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            foreach (int length in Enumerable.Range(1, 256).Concat(s_odd))
            {
                double scale = name == "product" ? 0.02 : 1;
                Check(reduction, Device.Cpu, dtype, [length], 1, Layout.Contiguous, i => Float(1 + (scale * Numbers.Noise(i, length))));
            }
        }
    }

    [Theory]
    [InlineData(int.MaxValue, 65_536, 32_768)]
    [InlineData(65_537, 65_536, 2)]
    [InlineData(65_536, 65_536, 1)]
    [InlineData(0, 1, 1)]
    public void Pieces_cover_what_is_reduced(int count, int length, int pieces)
    {
        ReducePlan plan = new() { ReducedCount = count };
        plan.Split(length);
        Assert.Equal(pieces, plan.Pieces);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_subset_of_four_axes_agrees_with_the_formula(string name)
    {
        ReductionCase reduction = ReductionCase.Named(name);
        foreach (int[] dims in (int[][])[[2, 3, 4, 5], [3, 5, 2, 37], [1, 4, 70, 9], [9, 1, 3, 130]])
        {
            for (int i = 0; i < 64; i++)
            {
                Layout layout = (Layout)(i / 16);
                uint axes = (uint)i % 16;
                Check(reduction, Device.Cpu, DType.Float32, dims, axes, layout, k => Value(k, dims, layout));
                Check(reduction, Device.Cpu, DType.Float64, dims, axes, layout, k => Value(k, dims, layout));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_GPU_form_agrees_with_the_formula(string name)
    {
        ReductionCase reduction = ReductionCase.Named(name);
        int[] dims = [2, 3, 4, 17];
        foreach (Layout layout in Enum.GetValues<Layout>())
        {
            // All subsets of axes for one reduction of each form, since barriers are slow on the emulated device.
            bool all = layout == Layout.Contiguous && name is "sum" or "variance" or "logsumexp";
            for (uint axes = 0; axes < 16; axes += all ? 1u : 3u)
            {
                Check(reduction, TestDevice.Gpu, DType.Float32, dims, axes, layout, i => Value(i, dims, layout));
            }
        }

        Check(reduction, TestDevice.Gpu, DType.Float64, dims, 9, Layout.Contiguous, i => Value(i, dims, Layout.Contiguous));
    }

    [Fact]
    public void The_GPU_form_splits_large_results_and_joins_them()
    {
        foreach (string name in (string[])["sum", "mean", "variance", "max", "logsumexp"])
        {
            ReductionCase reduction = ReductionCase.Named(name);
            Check(reduction, TestDevice.Gpu, DType.Float32, [33000], 1, Layout.Contiguous, i => Numbers.Noise(i));
            Check(reduction, TestDevice.Gpu, DType.Float32, [1100, 20], 1, Layout.Contiguous, i => Numbers.Noise(i));
        }
    }

    [Theory]
    [InlineData(20000, 9)]
    [InlineData(3000, 67)]
    [InlineData(500, 700)]
    [InlineData(3, 70000)]
    [InlineData(70000, 3)]
    public void Large_rows_and_columns_agree_with_the_formula(int rows, int columns)
    {
        foreach (string name in (string[])["sum", "mean", "variance", "max", "logsumexp"])
        {
            ReductionCase reduction = ReductionCase.Named(name);
            Check(reduction, Device.Cpu, DType.Float32, [rows, columns], 1, Layout.Contiguous, i => Numbers.Noise(i));
            Check(reduction, Device.Cpu, DType.Float32, [rows, columns], 2, Layout.Contiguous, i => Numbers.Noise(i));
            Check(reduction, Device.Cpu, DType.Float32, [rows, columns], 1, Layout.Transposed, i => Numbers.Noise(i));
        }
    }

    [Fact]
    public void Many_axes_that_do_not_merge_are_reduced_too()
    {
        int[] dims = [2, 3, 2, 2, 3, 2, 2, 2];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (uint axes in (uint[])[0b01010101, 0b11111111, 0b11111, 0])
            {
                Check(ReductionCase.Named("sum"), device, DType.Float32, dims, axes, Layout.Gapped, i => Numbers.Noise(i));
                Check(ReductionCase.Named("variance"), device, DType.Float32, dims, axes, Layout.Transposed, i => Numbers.Noise(i));
            }
        }
    }

    [Fact]
    public void Outputs_may_leave_the_reduced_axes_out_and_have_strides()
    {
        int[] dims = [3, 40, 4, 5];
        using Sample input = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
        double[] expected = [.. ReductionCase.Groups(dims, input.Read(), 0b0101).Select(l => l.Sum())];
        foreach (Layout layout in (Layout[])[Layout.Contiguous, Layout.Transposed, Layout.Gapped])
        {
            using Sample output = Sample.Filled(Device.Cpu, DType.Float32, [40, 5], 0, layout);
            Reduction.RunNumeric(default(Sum), output.Operand, input.Operand, 0b0101);
            Numbers.AssertClose(expected, output.Read(), 0, 1e-5, layout.ToString());
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Results_can_be_added_to_what_is_there(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach ((int[] dims, uint axes) in ((int[], uint)[])[([6, 67], 1), ([6, 67], 2), ([6, 67], 3), ([33000], 1), ([1100, 20], 1)])
        {
            foreach (string name in (string[])["sum", "mean", "squares"])
            {
                Check(ReductionCase.Named(name), device, DType.Float32, dims, axes, Layout.Contiguous, i => Numbers.Noise(i), start: 5);
            }
        }
    }

    [Fact]
    public void A_float_sum_of_sixteen_million_values_keeps_six_digits()
    {
        const int count = (16 << 20) + 5;
        float[] values = new float[count];
        double exact = 0;
        double squares = 0;
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(0.1 + (0.001 * Numbers.Noise(i)));
            exact += values[i];
            squares += (double)values[i] * values[i];
        }

        Block block = Device.Cpu.Pool.Rent((long)count * 4);
        block.Upload<float>(values, 0);
        using Sample scalar = Sample.Filled(Device.Cpu, DType.Float32, [], 0);
        Reduction.RunNumeric(default(Sum), scalar.Operand, new Operand(block, 0, DType.Float32, [count], [1]), 1);
        Assert.Equal(1, scalar.Read()[0] / exact, 2e-7);
        Reduction.Run(default(SumOfSquares), scalar.Operand, new Operand(block, 0, DType.Float32, [count], [1]), 1);
        Assert.Equal(1, scalar.Read()[0] / squares, 2e-7);
        Reduction.Variance(scalar.Operand, new Operand(block, 0, DType.Float32, [count], [1]), 1, 1);
        double variance = (squares - (exact * exact / count)) / (count - 1);
        Assert.Equal(1, scalar.Read()[0] / variance, 1e-5);

        // The same numbers as two columns, as one column among gaps, and as rows that repeat.
        using Sample pair = Sample.Filled(Device.Cpu, DType.Float32, [2], 0);
        Reduction.RunNumeric(default(Sum), pair.Operand, new Operand(block, 0, DType.Float32, [count / 2, 2], [2, 1]), 1);
        Assert.Equal(1, (pair.Read()[0] + pair.Read()[1]) / (exact - values[^1]), 2e-7);
        Reduction.RunNumeric(
            default(Sum), scalar.Operand, new Operand(block, 0, DType.Float32, [count / 16, 16], [16, 1]), 3);
        Assert.Equal(1, scalar.Read()[0] / (exact - values[^5..].Sum(v => (double)v)), 2e-7);
        using Sample columns = Sample.Filled(Device.Cpu, DType.Float32, [16], 0);
        Reduction.RunNumeric(
            default(Sum), columns.Operand, new Operand(block, 0, DType.Float32, [count / 16, 16], [16, 1]), 1);
        Assert.Equal(1, columns.Read().Sum() / (exact - values[^5..].Sum(v => (double)v)), 2e-7);
        Device.Cpu.Pool.Return(block);
    }

    [Fact]
    public void A_large_mean_does_not_spoil_the_variance()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample input = Sample.Of(device, DType.Float32, [3, 50], i => 100000 + (i % 2));
            using Sample output = Sample.Filled(device, DType.Float32, [3], 0);
            Reduction.Variance(output.Operand, input.Operand, 2, 0);
            Numbers.AssertClose([0.25, 0.25, 0.25], output.Read(), 1e-6, 0);
        }
    }

    [Theory]
    [InlineData(new[] { 3, 50 }, 2)]
    [InlineData(new[] { 50, 3 }, 1)]
    [InlineData(new[] { 50, 70 }, 1)]
    [InlineData(new[] { 50, 70 }, 3)]
    [InlineData(new[] { 400_000 }, 1)]
    [InlineData(new[] { 9000, 40 }, 1)]
    public void Equal_elements_have_no_variance(int[] dims, int axes)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            if (device == Device.Cpu || dims.Length > 1 && dims[0] < 100)
            {
                // 100.1 is not a float, and a sum of many is rounded.
                using Sample input = Sample.Filled(device, DType.Float32, dims, 100.1);
                int[] kept = [.. dims.Where((_, axis) => ((axes >> axis) & 1) == 0)];
                using Sample output = Sample.Filled(device, DType.Float32, kept, 9);
                Reduction.Variance(output.Operand, input.Operand, (uint)axes, 0);
                Assert.All(output.Read(), static v => Assert.Equal(0, v));
            }
        }
    }

    [Fact]
    public void Infinities_and_NaN_come_through()
    {
        double[] values =
        [
            1, 2, double.NaN, 3,
            1, double.PositiveInfinity, 0, 2,
            double.NegativeInfinity, 1, 2, 3,
            double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity,
            double.PositiveInfinity, double.NegativeInfinity, 0, 0,
        ];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (string name in ReductionCase.All.Select(static c => c.Name))
            {
                foreach (int repeat in (int[])[1, 5, 19])
                {
                    // Repeated, so that they pass through registers; transposed, so that they pass through columns.
                    int[] dims = [5, 4 * repeat];
                    Check(
                        ReductionCase.Named(name), device, DType.Float32, dims, 2, Layout.Contiguous,
                        i => values[(i / dims[1] * 4) + (i % 4)]);
                    int[] turned = [4 * repeat, 20];
                    Check(
                        ReductionCase.Named(name), device, DType.Float32, turned, 1, Layout.Contiguous,
                        i => values[(i % 5 * 4) + (i / 20 % 4)]);
                }
            }
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void No_elements_give_the_identity(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach (int[] dims in (int[][])[[3, 0], [0, 40]])
        {
            using Sample input = Sample.Filled(device, DType.Float32, dims, 0);
            uint axes = dims[0] == 0 ? 1u : 2u;
            int results = Math.Max(dims[0], dims[1]);
            using Sample output = Sample.Filled(device, DType.Float32, [results], 9);
            foreach (ReductionCase reduction in ReductionCase.All)
            {
                if (reduction.Name is "max" or "min")
                {
                    continue; // The public operators refuse these.
                }

                double value = reduction.Name switch
                {
                    "product" => 1,
                    "mean" or "variance" or "unbiased" => double.NaN,
                    "logsumexp" => double.NegativeInfinity,
                    _ => 0,
                };
                reduction.Run(output.Operand, input.Operand, axes, false);
                Numbers.AssertClose([.. Enumerable.Repeat(value, results)], output.Read(), 0, 0, reduction.Name);
            }

            using Sample nothing = Sample.Filled(device, DType.Float32, [0], 0);
            Reduction.RunNumeric(default(Largest), nothing.Operand, input.Operand, axes ^ 3u);
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Integers_and_truth_values_are_summed_as_64_bit_integers(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample large = Sample.Of(device, DType.Int32, [3, 30], i => i % 2 == 0 ? int.MaxValue : i);
        using Sample sums = Sample.Filled(device, DType.Int64, [3], 0);
        Reduction.RunNumeric(default(Sum), sums.Operand, large.Operand, 2);
        Assert.Equal([.. ReductionCase.Groups([3, 30], large.Read(), 2).Select(l => l.Sum())], sums.Read());

        using Sample bytes = Sample.Of(device, DType.UInt8, [3, 30], i => i * 2, Layout.Transposed);
        Reduction.RunNumeric(default(Sum), sums.Operand, bytes.Operand, 2);
        Assert.Equal([.. ReductionCase.Groups([3, 30], bytes.Read(), 2).Select(l => l.Sum())], sums.Read());

        using Sample truth = Sample.Of(device, DType.Bool, [3, 30], i => i % 3 == 0 && i < 60 ? 1 : 0);
        Reduction.RunNumeric(default(Sum), sums.Operand, truth.Operand, 2);
        Assert.Equal([10, 10, 0], sums.Read());

        using Sample wide = Sample.Of(device, DType.Int64, [40, 9], i => (1L << 40) - (i * 7));
        using Sample best = Sample.Filled(device, DType.Int64, [9], 0);
        Reduction.RunNumeric(default(Largest), best.Operand, wide.Operand, 1);
        Assert.Equal([.. ReductionCase.Groups([40, 9], wide.Read(), 1).Select(l => l.Max())], best.Read());
        Reduction.RunNumeric(default(Smallest), best.Operand, wide.Operand, 1);
        Assert.Equal([.. ReductionCase.Groups([40, 9], wide.Read(), 1).Select(l => l.Min())], best.Read());
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Any_and_all_look_at_values_that_are_not_zero(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        double[] values = [0, 0, 0, -1, 0, 1, 0.25, 0.25, 0.25, 0, 0, double.NaN];
        using Sample input = Sample.Of(device, DType.Float32, [4, 3], i => values[i]);
        using Sample output = Sample.Filled(device, DType.Bool, [4, 1], 5);
        Reduction.Any(output.Operand, input.Operand, 2);
        Assert.Equal([0, 1, 1, 1], output.Read());
        Reduction.All(output.Operand, input.Operand, 2);
        Assert.Equal([0, 0, 1, 0], output.Read());

        using Sample none = Sample.Filled(device, DType.Bool, [4, 0], 0);
        Reduction.Any(output.Operand, none.Operand, 2);
        Assert.Equal([0, 0, 0, 0], output.Read());
        Reduction.All(output.Operand, none.Operand, 2);
        Assert.Equal([1, 1, 1, 1], output.Read());
    }

    [Fact]
    public void Any_and_all_look_at_every_element_of_every_length()
    {
        using Sample result = Sample.Filled(Device.Cpu, DType.Bool, [1], 5);
        foreach (int length in Enumerable.Range(0, 257).Concat([1023, 4099, 70_001]))
        {
            int place = length == 0 ? -1 : length * 7 / 9;
            using Sample zeros = Sample.Filled(Device.Cpu, DType.Float32, [length], 0);
            using Sample ones = Sample.Filled(Device.Cpu, DType.Float32, [length], 1);
            using Sample one = Sample.Of(Device.Cpu, DType.Float32, [length], i => i == place ? 1 : 0);
            using Sample zero = Sample.Of(Device.Cpu, DType.Float32, [length], i => i == place ? 0 : 1);
            Assert.Equal((0, length > 0 ? 1 : 0), (Of(Reduction.Any, zeros), Of(Reduction.Any, one)));
            Assert.Equal((1, length > 0 ? 0 : 1), (Of(Reduction.All, ones), Of(Reduction.All, zero)));
        }

        double Of(Truth reduce, Sample input)
        {
            reduce(result.Operand, input.Operand, 1);
            return result.Read()[0];
        }
    }

    [Fact]
    public void The_same_input_gives_the_same_bits()
    {
        foreach ((int[] dims, uint axes) in ((int[], uint)[])[([700001], 1), ([5000, 130], 1), ([50, 20000], 2)])
        {
            using Sample input = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
            byte[]? first = null;
            for (int run = 0; run < 8; run++)
            {
                using Sample output = Sample.Filled(Device.Cpu, DType.Float32, [.. dims.Where((_, axis) => ((axes >> axis) & 1) == 0)], 0);
                Reduction.RunNumeric(default(Sum), output.Operand, input.Operand, axes);
                first ??= output.Bits();
                Assert.Equal(first, output.Bits());
            }
        }
    }

    private delegate void Truth(in Operand output, in Operand input, uint axes);

    private static double Float(double value) => (float)value;

    // Values for the broadcast layout must not depend on the place along the repeated axis.
    private static double Value(int index, int[] dims, Layout layout)
    {
        int inner = dims[2] * dims[3];
        int key = layout == Layout.Broadcast ? (index / (inner * dims[1]) * inner) + (index % inner) : index;
        return 1 + (0.25 * Numbers.Noise(key));
    }

    private static void Check(
        ReductionCase reduction,
        Device device,
        DType dtype,
        int[] dims,
        uint axes,
        Layout layout,
        Func<int, double> value,
        double start = 0)
    {
        using Sample input = Sample.Of(device, dtype, dims, value, layout);
        int[] kept = [.. dims.Select((d, axis) => ((axes >> axis) & 1) != 0 ? 1 : d)];
        using Sample output = Sample.Filled(device, dtype, kept, start);
        reduction.Run(output.Operand, input.Operand, axes, start != 0);
        List<double>[] groups = ReductionCase.Groups(dims, input.Read(), axes);
        double[] expected = [.. groups.Select(g => start + reduction.Oracle(g))];

        // Rounding of a pairwise sum: a few units in the last place of the sum of magnitudes.
        double unit = dtype == DType.Float32 ? 6e-8 : 2e-16;
        double size = groups.Max(g => g.Where(double.IsFinite).Sum(Math.Abs));
        Numbers.AssertClose(
            expected, output.Read(), 20 * unit, 4 * unit * size, $"{reduction} {dtype} [{string.Join(", ", dims)}] over {axes:b} {layout}");
    }
}
