namespace DeepSharp.Kernels.Tests;

public class LayerNormalizationTests
{
    private const double Epsilon = 1e-3;

    [Fact]
    public void Every_row_length_agrees_with_the_formula()
    {
        foreach (int columns in Enumerable.Range(1, 256).Concat([768, 1023, 1025, 4099]))
        {
            Check(Device.Cpu, DType.Float32, [5, columns]);
            Check(Device.Cpu, DType.Float64, [3, columns]);
        }

        foreach (int rows in Enumerable.Range(0, 257))
        {
            Check(Device.Cpu, DType.Float32, [rows, 3]);
            Check(Device.Cpu, DType.Float64, [rows, 5]);
        }

        Check(Device.Cpu, DType.Float32, [7]);
        Check(Device.Cpu, DType.Float32, [2, 3, 4, 5]);
        Check(Device.Cpu, DType.Float32, [3001, 37]);
        Check(Device.Cpu, DType.Float32, [67, 1500]);
    }

    [Fact]
    public void The_GPU_form_agrees_with_the_formula()
    {
        Check(TestDevice.Gpu, DType.Float32, [3, 1]);
        Check(TestDevice.Gpu, DType.Float32, [5, 17]);
        Check(TestDevice.Gpu, DType.Float32, [2, 3, 40]);
        Check(TestDevice.Gpu, DType.Float32, [300, 3]);
        Check(TestDevice.Gpu, DType.Float64, [4, 33]);
    }

    [Fact]
    public void Rows_with_NaN_or_infinities_are_NaN_and_others_are_not()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float32, [4, 11], i => i switch { 3 => double.NaN, 25 => double.NegativeInfinity, _ => i });
            using Sample y = Sample.Filled(device, DType.Float32, [4, 11], 0);
            using Sample mean = Sample.Filled(device, DType.Float32, [4], 0);
            using Sample inverse = Sample.Filled(device, DType.Float32, [4], 0);
            LayerNormalization.Forward(y.Operand, mean.Operand, inverse.Operand, x.Operand);
            double[] values = y.Read();
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal(i / 11 is 0 or 2, double.IsNaN(values[i]));
            }
        }
    }

    [Fact]
    public void Nothing_is_done_with_nothing_and_misfits_are_refused()
    {
        using Sample none = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 0);
        using Sample noRows = Sample.Filled(Device.Cpu, DType.Float32, [0], 0);
        using Sample noColumns = Sample.Filled(Device.Cpu, DType.Float32, [3, 0], 0);
        using Sample x = Sample.Filled(Device.Cpu, DType.Float32, [4, 3], 1);
        using Sample y = Sample.Filled(Device.Cpu, DType.Float32, [4, 3], 0);
        using Sample whole = Sample.Filled(Device.Cpu, DType.Int64, [4, 3], 0);
        using Sample turned = Sample.Filled(Device.Cpu, DType.Float32, [4, 3], 0, Layout.Transposed);
        using Sample three = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        using Sample alsoThree = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        using Sample four = Sample.Filled(Device.Cpu, DType.Float32, [4], 0);
        using Sample alsoFour = Sample.Filled(Device.Cpu, DType.Float32, [4], 0);
        LayerNormalization.Forward(none.Operand, noRows.Operand, noRows.Operand, none.Operand, three.Operand);
        LayerNormalization.Forward(noColumns.Operand, noRows.Operand, noRows.Operand, noColumns.Operand);
        LayerNormalization.Backward(
            new(none.Operand, three.Operand, alsoThree.Operand, AddToShift: true), none.Operand, none.Operand, null, noRows.Operand,
            noRows.Operand);
        Assert.Equal([0, 0, 0], three.Read());
        Assert.Equal([2, 2, 2], alsoThree.Read());
        Refused("Use [4]", () => LayerNormalization.Forward(y.Operand, three.Operand, four.Operand, x.Operand));
        Refused("Use [3]", () => LayerNormalization.Forward(y.Operand, four.Operand, alsoFour.Operand, x.Operand, four.Operand));
        Refused("Int64", () => LayerNormalization.Forward(y.Operand, four.Operand, alsoFour.Operand, whole.Operand));
        Refused("contiguous", () => LayerNormalization.Forward(y.Operand, four.Operand, alsoFour.Operand, turned.Operand));
        Refused("shares memory", () => LayerNormalization.Forward(x.Operand, four.Operand, alsoFour.Operand, x.Operand));
        Assert.Throws<ArgumentOutOfRangeException>(() => LayerNormalization.Forward(
            y.Operand, four.Operand, alsoFour.Operand, x.Operand, epsilon: double.NaN));
    }

    private static void Refused(string mention, Action call) =>
        Assert.Contains(mention, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static void Check(Device device, DType dtype, int[] dims)
    {
        int columns = dims[^1];
        int rows = dims[..^1].Aggregate(1, static (a, b) => a * b);
        int seed = dims.Sum();
        using Sample x = Sample.Of(device, dtype, dims, i => 0.5 + Numbers.Noise(i, seed));
        using Sample dy = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, seed + 1));
        using Sample scale = Sample.Of(device, dtype, [columns], i => 1 + (0.5 * Numbers.Noise(i, 3)));
        using Sample shift = Sample.Of(device, dtype, [columns], i => Numbers.Noise(i, 4));
        using Sample mean = Sample.Filled(device, dtype, [rows], 0);
        using Sample inverse = Sample.Filled(device, dtype, [rows], 0);
        using Sample y = Sample.Filled(device, dtype, dims, 0);
        using Sample dx = Sample.Filled(device, dtype, dims, 0);
        using Sample dScale = Sample.Filled(device, dtype, [columns], 10);
        using Sample dShift = Sample.Filled(device, dtype, [columns], 10);

        double[] xs = x.Read();
        double[] given = dy.Read();
        double[] scales = scale.Read();
        double[] shifts = shift.Read();
        int[][] groups = [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(r * columns, columns).ToArray())];
        double[] means = [.. groups.Select(g => NormOracle.Mean(xs, g))];
        double[] inverses = [.. groups.Select(g => 1 / Math.Sqrt(NormOracle.Variance(xs, g) + Epsilon))];
        double[] z = [.. xs.Select((v, i) => (v - means[i / columns]) * inverses[i / columns])];
        double unit = dtype == DType.Float32 ? 3e-6 : 2e-14;
        string what = $"{device} {dtype} [{string.Join(", ", dims)}]";

        LayerNormalization.Forward(
            y.Operand, mean.Operand, inverse.Operand, x.Operand, scale.Operand, shift.Operand, Epsilon);
        Numbers.AssertClose(means, mean.Read(), unit, unit, what + " mean");
        Numbers.AssertClose(inverses, inverse.Read(), unit, 0, what + " inverse");
        Numbers.AssertClose(
            [.. z.Select((v, i) => (v * scales[i % columns]) + shifts[i % columns])], y.Read(), 2 * unit, 4 * unit, what);

        LayerNormalization.Backward(
            new(dx.Operand, dScale.Operand, dShift.Operand, AddToShift: true), dy.Operand, x.Operand, scale.Operand, mean.Operand,
            inverse.Operand);
        double[] dz = [.. given.Select((g, i) => g * scales[i % columns])];
        double[] expected = new double[xs.Length];
        foreach (int[] group in groups)
        {
            NormOracle.Gradient(xs, dz, group, Epsilon, expected);
        }

        double sums = unit * Math.Max(4, Math.Sqrt(rows));
        Numbers.AssertClose(expected, dx.Read(), 8 * unit, 32 * unit, what + " dx");
        Numbers.AssertClose(Columns(i => given[i] * z[i], 0), dScale.Read(), unit, sums, what + " dscale");
        Numbers.AssertClose(Columns(i => given[i], 10), dShift.Read(), unit, sums, what + " dshift");

        // Without scale and shift, and without their gradients.
        LayerNormalization.Forward(y.Operand, mean.Operand, inverse.Operand, x.Operand, epsilon: Epsilon);
        Numbers.AssertClose(z, y.Read(), 2 * unit, 4 * unit, what + " plain");
        LayerNormalization.Backward(new(dx.Operand), dy.Operand, x.Operand, null, mean.Operand, inverse.Operand);
        foreach (int[] group in groups)
        {
            NormOracle.Gradient(xs, given, group, Epsilon, expected);
        }

        Numbers.AssertClose(expected, dx.Read(), 8 * unit, 32 * unit, what + " plain dx");

        double[] Columns(Func<int, double> term, double before) => [.. Enumerable.Range(0, columns).Select(c =>
            before + Numbers.Sum(Enumerable.Range(0, rows).Select(r => term((r * columns) + c))))];
    }
}
