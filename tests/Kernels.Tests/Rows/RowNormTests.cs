namespace DeepSharp.Kernels.Tests;

/// <summary>Layer norm and RMS norm, of an input and of a sum, against the formulas in double precision.</summary>
public class RowNormTests
{
    private const double Epsilon = 1e-3;

    public static TheoryData<int, string> Lengths => RowLengths.With("layer", "rms");

    public static TheoryData<int> Counts => RowLengths.Counts;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_of_a_length_agree_with_the_formula(int columns, string form)
    {
        Check(Device.Cpu, DType.Float32, 5, columns, form);
        Check(Device.Cpu, DType.Float64, 3, columns, form);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void A_number_of_rows_agrees_with_the_formula(int rows)
    {
        foreach (string form in (string[])["layer", "rms"])
        {
            Check(Device.Cpu, DType.Float32, rows, 3, form);
            Check(Device.Cpu, DType.Float64, rows, 5, form);
            Check(Device.Cpu, DType.Float32, rows, 37, form);
        }
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("rms")]
    public void The_GPU_form_agrees_with_the_formula(string form)
    {
        Check(TestDevice.Gpu, DType.Float32, 3, 1, form);
        Check(TestDevice.Gpu, DType.Float32, 5, 17, form);
        Check(TestDevice.Gpu, DType.Float32, 6, 40, form);
        Check(TestDevice.Gpu, DType.Float32, 300, 3, form);
        Check(TestDevice.Gpu, DType.Float64, 4, 33, form);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void The_input_may_be_its_own_residual(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample x = Sample.Of(device, DType.Float32, [2, 5], i => i);
        using Sample y = Sample.Filled(device, DType.Float32, [2, 5], 0);
        using Sample sum = Sample.Filled(device, DType.Float32, [2, 5], 0);
        using Sample mean = Sample.Filled(device, DType.Float32, [2], 0);
        Rows.Run<OfSum<LayerNormOp>>(
            "LayerNorm", new() { A = x.Operand, B = x.Operand, Output = y.Operand, Kept = sum.Operand, LastP = mean.Operand });
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16, 18], sum.Read());

        // 0, 2, 4, 6, 8 have the mean 4 and the variance 8.
        Assert.Equal([4, 14], mean.Read());
        Numbers.AssertClose([.. Enumerable.Range(0, 10).Select(i => ((2 * (i % 5)) - 4) / Math.Sqrt(8))], y.Read(), 1e-6, 1e-6);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Rows_with_NaN_or_infinities_are_NaN_and_others_are_not(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample x = Sample.Of(device, DType.Float32, [4, 11], i => i switch { 3 => double.NaN, 25 => double.NegativeInfinity, _ => i });
        using Sample y = Sample.Filled(device, DType.Float32, [4, 11], 0);
        Rows.Run<LayerNormOp>("LayerNorm", new() { A = x.Operand, Output = y.Operand, S = 1e-5 });
        double[] values = y.Read();
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(i / 11 is 0 or 2, double.IsNaN(values[i]));
        }
    }

    // A sum of 100.1 is rounded at each step, so that the mean would be off: by more than equal elements differ, which is nothing.
    [Theory]
    [InlineData("cpu", 512)]
    [InlineData("cpu", 50000)]
    [InlineData("emulated", 37)]
    public void A_constant_row_becomes_zero(string where, int columns)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample x = Sample.Filled(device, DType.Float32, [2, columns], 100.1);
        using Sample y = Sample.Filled(device, DType.Float32, [2, columns], 7);
        using Sample mean = Sample.Filled(device, DType.Float32, [2], 0);
        Rows.Run<LayerNormOp>("LayerNorm", new() { A = x.Operand, Output = y.Operand, S = 1e-5, LastP = mean.Operand });
        Assert.All(y.Read(), static value => Assert.Equal(0, value));
        Assert.All(mean.Read(), static value => Assert.Equal(100.1f, value));
    }

    [Fact]
    public void Nothing_is_done_with_nothing()
    {
        using Sample none = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 0);
        using Sample noRows = Sample.Filled(Device.Cpu, DType.Float32, [0], 0);
        using Sample noColumns = Sample.Filled(Device.Cpu, DType.Float32, [3, 0], 0);
        using Sample three = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        using Sample alsoThree = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        Rows.Run<LayerNormOp>("LayerNorm", new() { A = none.Operand, Output = none.Operand, LastP = noRows.Operand });
        Rows.Run<OfSum<RMSNormOp>>("RMSNorm", new() { A = noColumns.Operand, B = noColumns.Operand, Output = noColumns.Operand });
        Rows.Run<LayerNormGradientOp>(
            "LayerNorm", new() { A = none.Operand, B = none.Operand, FirstP = noRows.Operand, FirstQ = noRows.Operand },
            new(null, three.Operand, alsoThree.Operand, AddsToBias: true));
        Assert.Equal([0, 0, 0], three.Read());
        Assert.Equal([2, 2, 2], alsoThree.Read());
    }

    private static void Check(Device device, DType dtype, int rows, int columns, string form)
    {
        int[] dims = [rows, columns];
        int seed = rows + columns;
        using Sample x = Sample.Of(device, dtype, dims, i => 0.5 + Numbers.Noise(i, seed));
        using Sample residual = Sample.Of(device, dtype, dims, i => 0.2 + Numbers.Noise(i, seed + 2));
        using Sample dy = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, seed + 1));
        using Sample scale = Sample.Of(device, dtype, [columns], i => 1 + (0.5 * Numbers.Noise(i, 3)));
        using Sample shift = Sample.Of(device, dtype, [columns], i => Numbers.Noise(i, 4));
        using Sample mean = Sample.Filled(device, dtype, [rows], 0);
        using Sample inverse = Sample.Filled(device, dtype, [rows], 0);
        using Sample y = Sample.Filled(device, dtype, dims, 0);
        using Sample sum = Sample.Filled(device, dtype, dims, 0);
        using Sample dx = Sample.Filled(device, dtype, dims, 0);
        using Sample dScale = Sample.Filled(device, dtype, [columns], 10);
        using Sample dShift = Sample.Filled(device, dtype, [columns], 10);
        bool isLayer = form == "layer";
        double[] xs = x.Read();
        double[] residuals = residual.Read();
        double[] sums = [.. xs.Select((v, i) => dtype == DType.Float32 ? (float)(v + residuals[i]) : v + residuals[i])];
        double[] given = dy.Read();
        double[] scales = scale.Read();
        double[] shifts = isLayer ? shift.Read() : new double[columns];
        double unit = dtype == DType.Float32 ? 3e-6 : 2e-14;
        string what = $"{form} {device} {dtype} [{rows}, {columns}]";
        RowOperands plain = new()
        {
            A = x.Operand,
            Output = y.Operand,
            S = Epsilon,
            LastP = isLayer ? mean.Operand : null,
            LastQ = inverse.Operand,
        };
        RowOperands affine = plain with { G = scale.Operand, H = isLayer ? shift.Operand : null };

        // Of a sum, which is kept or not.
        foreach (Operand? place in (Operand?[])[sum.Operand, null])
        {
            RowOperands added = affine with { B = residual.Operand, Kept = place };
            if (isLayer)
            {
                Rows.Run<OfSum<LayerNormOp>>(form, added);
            }
            else
            {
                Rows.Run<OfSum<RMSNormOp>>(form, added);
            }

            Oracle of = new(sums, columns, isLayer);
            Numbers.AssertClose(
                [.. of.Z.Select((v, i) => (v * scales[i % columns]) + shifts[i % columns])], y.Read(), 2 * unit, 4 * unit, what + " of a sum");
            Assert.Equal(sums, sum.Read());
        }

        // Without gain and shift, then with them.
        Oracle oracle = new(xs, columns, isLayer);
        for (int pass = 0; pass < 2; pass++)
        {
            RowOperands forward = pass == 0 ? plain : affine;
            RowOperands backward = new()
            {
                A = x.Operand,
                B = dy.Operand,
                G = forward.G,
                FirstP = isLayer ? mean.Operand : null,
                FirstQ = inverse.Operand,
                Output = dx.Operand,
            };
            NormGradients gradients = pass == 0 ? default : new(null, dScale.Operand, isLayer ? dShift.Operand : null, AddsToBias: true);
            if (isLayer)
            {
                Rows.Run<LayerNormOp>(form, forward);
                Rows.Run<LayerNormGradientOp>(form, backward, gradients);
            }
            else
            {
                Rows.Run<RMSNormOp>(form, forward);
                Rows.Run<RMSNormGradientOp>(form, backward, gradients);
            }

            double[] expected = pass == 0 ? oracle.Z : [.. oracle.Z.Select((v, i) => (v * scales[i % columns]) + shifts[i % columns])];
            double[] dz = pass == 0 ? given : [.. given.Select((g, i) => g * scales[i % columns])];
            Numbers.AssertClose(expected, y.Read(), 2 * unit, 4 * unit, $"{what}, pass {pass}");
            Numbers.AssertClose(oracle.Inverses, inverse.Read(), unit, 0, what + " inverse");
            Numbers.AssertClose(oracle.Gradient(dz), dx.Read(), 8 * unit, 32 * unit, $"{what} dx, pass {pass}");
        }

        double tolerance = unit * Math.Max(4, Math.Sqrt(rows));
        Numbers.AssertClose(Columns(i => given[i] * oracle.Z[i], 0), dScale.Read(), unit, tolerance, what + " dscale");
        if (isLayer)
        {
            Numbers.AssertClose(oracle.Means, mean.Read(), unit, unit, what + " mean");
            Numbers.AssertClose(Columns(i => given[i], 10), dShift.Read(), unit, tolerance, what + " dshift");
        }

        double[] Columns(Func<int, double> term, double before) => [.. Enumerable.Range(0, columns).Select(c =>
            before + Numbers.Sum(Enumerable.Range(0, rows).Select(r => term((r * columns) + c))))];
    }

    /// <summary>Rows less their mean, if it is taken, divided by the root of the mean of their squares and epsilon.</summary>
    private sealed class Oracle
    {
        private readonly int _columns;
        private readonly bool _takesMean;

        internal Oracle(double[] x, int columns, bool takesMean)
        {
            _columns = columns;
            _takesMean = takesMean;
            double[][] rows = [.. x.Chunk(columns)];
            Means = [.. rows.Select(row => takesMean ? Numbers.Sum(row) / columns : 0)];
            Inverses = [.. rows.Select((row, r) => 1 / Math.Sqrt((Numbers.Sum(row.Select(v => (v - Means[r]) * (v - Means[r]))) / columns) + Epsilon))];
            Z = [.. x.Select((v, i) => (v - Means[i / columns]) * Inverses[i / columns])];
        }

        internal double[] Means { get; }

        internal double[] Inverses { get; }

        internal double[] Z { get; }

        internal double[] Gradient(double[] dz)
        {
            double[] dots = [.. dz.Select((g, i) => g * Z[i]).Chunk(_columns).Select(row => Numbers.Sum(row) / _columns)];
            double[] sums = [.. dz.Chunk(_columns).Select(row => _takesMean ? Numbers.Sum(row) / _columns : 0)];
            return [.. dz.Select((g, i) => Inverses[i / _columns] * (g - sums[i / _columns] - (Z[i] * dots[i / _columns])))];
        }
    }
}
