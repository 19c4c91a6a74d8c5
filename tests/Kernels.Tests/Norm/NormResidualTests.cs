namespace DeepSharp.Kernels.Tests;

/// <summary>Normalisation of the sum of an input and a residual, in one pass, against the formulas in double precision.</summary>
public class NormResidualTests
{
    private const double Epsilon = 1e-3;

    [Fact]
    public void Batch_norm_of_a_sum_agrees_with_the_formula_for_every_number_of_features()
    {
        foreach (int features in Enumerable.Range(1, 67).Concat([127, 257, 1001]))
        {
            Batches(Device.Cpu, DType.Float32, [7, features]);
            Batches(Device.Cpu, DType.Float64, [7, features]);
        }

        Batches(Device.Cpu, DType.Float32, [5003, 67]);
        Batches(Device.Cpu, DType.Float32, [20011, 3]);
        Batches(Device.Cpu, DType.Float64, [4001, 33]);
    }

    [Fact]
    public void Batch_norm_of_a_sum_agrees_with_the_formula_for_every_length_behind_the_features()
    {
        foreach (int length in Enumerable.Range(1, 67).Concat([1023, 1025, 3001]))
        {
            Batches(Device.Cpu, DType.Float32, [3, 2, length]);
            Batches(Device.Cpu, DType.Float64, [3, 5, length]);
        }

        Batches(Device.Cpu, DType.Float32, [3001, 3, 7]);
        Batches(Device.Cpu, DType.Float32, [211, 3, 401]);
    }

    [Fact]
    public void The_GPU_form_of_batch_norm_of_a_sum_agrees_with_the_formula()
    {
        Batches(TestDevice.Gpu, DType.Float32, [2, 1]);
        Batches(TestDevice.Gpu, DType.Float32, [9, 5]);
        Batches(TestDevice.Gpu, DType.Float32, [301, 3]);
        Batches(TestDevice.Gpu, DType.Float32, [90, 2, 11]);
        Batches(TestDevice.Gpu, DType.Float64, [260, 3]);
    }

    [Fact]
    public void Nothing_is_done_with_nothing()
    {
        using Sample none = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 0);
        using Sample c = Sample.Filled(Device.Cpu, DType.Float32, [3], 1);
        using Sample d = Sample.Filled(Device.Cpu, DType.Float32, [3], 1);
        BatchNormalization.Forward(
            default(IdentityOp), new(none.Operand, none.Operand, c.Operand, null, d.Operand, Residual: new(none.Operand)));
    }

    private static void Batches(Device device, DType dtype, int[] dims)
    {
        using Data data = new(device, dtype, dims, dims[1]);
        int length = dims[2..].Aggregate(1, static (a, b) => a * b);
        int[] perFeature = [data.Features];
        using Sample mean = Sample.Filled(device, dtype, perFeature, 0);
        using Sample inverse = Sample.Filled(device, dtype, perFeature, 0);
        using Sample running = Sample.Filled(device, dtype, perFeature, 0);
        int[][] groups = NormOracle.Features(dims[0], data.Features, length);
        double[] means = [.. groups.Select(g => NormOracle.Mean(data.Sums, g))];
        double[] variances = [.. groups.Select(g => NormOracle.Variance(data.Sums, g))];
        double[] expected = data.Expected(means, variances, Feature, Feature);
        foreach (Operand? place in (Operand?[])[data.Sum.Operand, null])
        {
            NormResidual residual = new(data.Residual.Operand, place);
            BatchNormalization.Forward(default(ReLUOp), new(
                data.Y.Operand, data.X.Operand, mean.Operand, inverse.Operand, null, data.Scale.Operand, data.Shift.Operand,
                running.Operand, null, 1, Epsilon, residual));
            data.Check([.. expected.Select(static v => Math.Max(v, 0))], place is not null);
            Numbers.AssertClose(means, mean.Read(), data.Unit, data.Unit, data.Text + " mean");
            Numbers.AssertClose(means, running.Read(), data.Unit, data.Unit, data.Text + " running mean");
            Numbers.AssertClose(
                [.. variances.Select(v => 1 / Math.Sqrt(v + Epsilon))], inverse.Read(), data.Unit, 0, data.Text + " inverse");

            double[] given = data.Scale.Read();
            BatchNormalization.Forward(default(IdentityOp), new(
                data.Y.Operand, data.X.Operand, data.Shift.Operand, null, data.Scale.Operand, null, data.Shift.Operand, Epsilon: Epsilon,
                Residual: residual));
            double[] shifts = data.Shift.Read();
            double[] evaluated = [.. data.Sums.Select((v, i) =>
                ((v - shifts[Feature(i)]) / Math.Sqrt(given[Feature(i)] + Epsilon)) + shifts[Feature(i)])];
            data.Check(evaluated, place is not null);
        }

        int Feature(int i) => i / length % data.Features;
    }

    private sealed class Data : IDisposable
    {
        internal Data(Device device, DType dtype, int[] dims, int features)
        {
            int seed = dims.Sum();
            Features = features;
            X = Sample.Of(device, dtype, dims, i => 0.3 + Numbers.Noise(i, seed));
            Residual = Sample.Of(device, dtype, dims, i => 0.2 + Numbers.Noise(i, seed + 1));
            Sum = Sample.Filled(device, dtype, dims, 0);
            Y = Sample.Filled(device, dtype, dims, 0);
            Scale = Sample.Of(device, dtype, [features], i => 1 + (0.5 * Numbers.Noise(i, 3)));
            Shift = Sample.Of(device, dtype, [features], i => Numbers.Noise(i, 4));
            double[] residuals = Residual.Read();
            Sums = [.. X.Read().Select((x, i) => dtype == DType.Float32 ? (float)(x + residuals[i]) : x + residuals[i])];
            Unit = dtype == DType.Float32 ? 3e-6 : 2e-14;
            Text = $"{device} {dtype} [{string.Join(", ", dims)}]";
        }

        internal int Features { get; }

        internal Sample X { get; }

        internal Sample Residual { get; }

        internal Sample Sum { get; }

        internal Sample Y { get; }

        internal Sample Scale { get; }

        internal Sample Shift { get; }

        /// <summary>The sums, rounded to the element type.</summary>
        internal double[] Sums { get; }

        internal double Unit { get; }

        internal string Text { get; }

        public void Dispose()
        {
            foreach (Sample sample in (Sample[])[X, Residual, Sum, Y, Scale, Shift])
            {
                sample.Dispose();
            }
        }

        internal double[] Expected(double[] means, double[] variances, Func<int, int> group, Func<int, int> feature)
        {
            double[] scales = Scale.Read();
            double[] shifts = Shift.Read();
            return [.. Sums.Select((v, i) =>
                ((v - means[group(i)]) / Math.Sqrt(variances[group(i)] + Epsilon) * scales[feature(i)]) + shifts[feature(i)])];
        }

        internal void Check(double[] expected, bool keepsSum)
        {
            Numbers.AssertClose(expected, Y.Read(), 2 * Unit, 4 * Unit, Text);
            if (keepsSum)
            {
                Assert.Equal(Sums, Sum.Read());
            }
        }
    }
}
