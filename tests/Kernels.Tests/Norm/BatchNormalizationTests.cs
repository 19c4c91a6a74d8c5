namespace DeepSharp.Kernels.Tests;

public class BatchNormalizationTests
{
    private const double Epsilon = 1e-3;

    [Fact]
    public void Every_number_of_features_agrees_with_the_formula()
    {
        foreach (int features in Enumerable.Range(0, 257).Concat([257, 1001, 4099]))
        {
            Check(Device.Cpu, DType.Float32, [7, features]);
            Check(Device.Cpu, DType.Float64, [5, features]);
        }
    }

    [Fact]
    public void Every_number_of_samples_agrees_with_the_formula()
    {
        // Fewer than two have no variance, and are refused.
        foreach (int samples in Enumerable.Range(2, 255).Concat([1023, 4099]))
        {
            Check(Device.Cpu, DType.Float32, [samples, 3]);
            Check(Device.Cpu, DType.Float64, [samples, 5]);
        }
    }

    [Fact]
    public void Every_length_behind_the_features_agrees_with_the_formula()
    {
        foreach (int length in Enumerable.Range(1, 256).Concat([1023, 1025, 3001]))
        {
            Check(Device.Cpu, DType.Float32, [3, 2, length]);
            Check(Device.Cpu, DType.Float64, [2, 3, length]);
        }

        Check(Device.Cpu, DType.Float32, [2, 3, 5, 7]);
        Check(Device.Cpu, DType.Float32, [2, 3, 1, 1]);
    }

    [Fact]
    public void Batches_that_are_taken_in_pieces_agree_with_the_formula()
    {
        Check(Device.Cpu, DType.Float32, [2, 300]);
        Check(Device.Cpu, DType.Float32, [5003, 67]);
        Check(Device.Cpu, DType.Float32, [20011, 3]);
        Check(Device.Cpu, DType.Float32, [3001, 3, 7]);
        Check(Device.Cpu, DType.Float32, [211, 3, 401]);
        Check(Device.Cpu, DType.Float64, [4001, 33]);
    }

    [Fact]
    public void The_GPU_form_agrees_with_the_formula()
    {
        Check(TestDevice.Gpu, DType.Float32, [2, 1]);
        Check(TestDevice.Gpu, DType.Float32, [9, 5]);
        Check(TestDevice.Gpu, DType.Float32, [301, 3]);
        Check(TestDevice.Gpu, DType.Float32, [3, 4, 17]);
        Check(TestDevice.Gpu, DType.Float32, [90, 2, 11]);
        Check(TestDevice.Gpu, DType.Float64, [260, 3]);
    }

    [Fact]
    public void A_mean_far_from_zero_does_no_harm()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            int[] dims = [1000, 3];
            using Sample x = Sample.Of(device, DType.Float32, dims, i => 4096 + Numbers.Noise(i));
            using Sample y = Sample.Filled(device, DType.Float32, dims, 0);
            using Sample mean = Sample.Filled(device, DType.Float32, [3], 0);
            using Sample inverse = Sample.Filled(device, DType.Float32, [3], 0);
            BatchNormalization.Forward(default(IdentityOp), new(y.Operand, x.Operand, mean.Operand, inverse.Operand, Epsilon: 0));
            double[] values = x.Read();
            for (int c = 0; c < 3; c++)
            {
                int[] group = NormOracle.Features(1000, 3, 1)[c];
                double expected = 1 / Math.Sqrt(NormOracle.Variance(values, group));
                Assert.Equal(expected, inverse.Read()[c], 2e-5 * expected);
                Assert.Equal(NormOracle.Mean(values, group), mean.Read()[c], 1e-3);
            }
        }
    }

    [Fact]
    public void NaN_and_infinities_reach_their_feature_only()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            double[] values = [1, 2, double.NaN, 3, double.PositiveInfinity, 5, 6, 7, 8];
            using Sample x = Sample.Of(device, DType.Float32, [3, 3], i => values[i]);
            using Sample y = Sample.Filled(device, DType.Float32, [3, 3], 0);
            using Sample mean = Sample.Filled(device, DType.Float32, [3], 0);
            using Sample inverse = Sample.Filled(device, DType.Float32, [3], 0);
            BatchNormalization.Forward(default(IdentityOp), new(y.Operand, x.Operand, mean.Operand, inverse.Operand));
            double[] result = y.Read();
            for (int i = 0; i < 9; i++)
            {
                Assert.Equal(i % 3 != 0, double.IsNaN(result[i]));
            }
        }
    }

    [Fact]
    public void Equal_values_have_no_variance()
    {
        // 100.1 is not a float, and a sum of many is rounded.
        (Device, int[])[] cases =
        [
            (Device.Cpu, [100, 3]), (Device.Cpu, [20011, 3]), (Device.Cpu, [64, 70]), (Device.Cpu, [50, 3, 7]), (Device.Cpu, [50, 3, 700]),
            (TestDevice.Gpu, [301, 3]), (TestDevice.Gpu, [9, 5]),
        ];
        foreach ((Device device, int[] dims) in cases)
        {
            using Sample x = Sample.Filled(device, DType.Float32, dims, 100.1);
            using Sample y = Sample.Filled(device, DType.Float32, dims, 5);
            using Sample mean = Sample.Filled(device, DType.Float32, [dims[1]], 0);
            using Sample inverse = Sample.Filled(device, DType.Float32, [dims[1]], 0);
            BatchNormalization.Forward(default(IdentityOp), new(y.Operand, x.Operand, mean.Operand, inverse.Operand, Epsilon: 0));
            Assert.All(mean.Read(), static m => Assert.Equal(100.1f, m));
            Assert.All(inverse.Read(), static v => Assert.Equal(double.PositiveInfinity, v));
        }
    }

    [Fact]
    public void Nothing_is_done_with_nothing()
    {
        using Sample none = Sample.Filled(Device.Cpu, DType.Float32, [4, 0], 0);
        using Sample noFeatures = Sample.Filled(Device.Cpu, DType.Float32, [0], 0);
        using Sample noSamples = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 0);
        using Sample c = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        using Sample d = Sample.Filled(Device.Cpu, DType.Float32, [3], 2);
        BatchNormalization.Forward(default(IdentityOp), new(none.Operand, none.Operand, noFeatures.Operand, noFeatures.Operand));
        BatchNormalization.Forward(default(IdentityOp), new(noSamples.Operand, noSamples.Operand, c.Operand, null, d.Operand));
        NormGradients gradients = new(noSamples.Operand, c.Operand, d.Operand, AddsToBias: true);
        BatchNormalization.Backward(
            default(IdentityOp), new(gradients, noSamples.Operand, noSamples.Operand, c.Operand, null, d.Operand));
        Assert.Equal([0, 0, 0], c.Read());
        Assert.Equal([2, 2, 2], d.Read());
    }

    [Fact]
    public void What_is_not_wanted_is_left_out()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float64, [6, 3], i => Numbers.Noise(i));
            using Sample dy = Sample.Of(device, DType.Float64, [6, 3], i => Numbers.Noise(i, 1));
            using Sample dx = Sample.Filled(device, DType.Float64, [6, 3], 0);
            using Sample other = Sample.Filled(device, DType.Float64, [6, 3], 0);
            using Sample mean = Sample.Of(device, DType.Float64, [3], i => 0.1 * i);
            using Sample inverse = Sample.Of(device, DType.Float64, [3], i => 1 + i);
            using Sample dScale = Sample.Filled(device, DType.Float64, [3], 5);
            using Sample dShift = Sample.Filled(device, DType.Float64, [3], 5);
            BatchNormalization.Backward(default(IdentityOp), new(new(dx.Operand), dy.Operand, x.Operand, mean.Operand, inverse.Operand));
            NormGradients all = new(other.Operand, dScale.Operand, dShift.Operand);
            BatchNormalization.Backward(default(IdentityOp), new(all, dy.Operand, x.Operand, mean.Operand, inverse.Operand));
            Assert.Equal(other.Read(), dx.Read());
            double[] scale = dScale.Read();
            BatchNormalization.Backward(
                default(IdentityOp), new(new(null, dScale.Operand, null, true), dy.Operand, x.Operand, mean.Operand, inverse.Operand));
            Numbers.AssertClose([.. scale.Select(v => 2 * v)], dScale.Read(), 1e-14, 0);
            BatchNormalization.Backward(
                default(IdentityOp), new(new(dx.Operand), dy.Operand, x.Operand, mean.Operand, null, inverse.Operand, Epsilon: 0));
            double[] given = dy.Read();
            Numbers.AssertClose([.. given.Select((g, i) => g / Math.Sqrt(1 + (i % 3)))], dx.Read(), 1e-14, 0);
        }
    }

    private static void Check(Device device, DType dtype, int[] dims)
    {
        int samples = dims[0];
        int features = dims[1];
        int length = dims[2..].Aggregate(1, static (a, b) => a * b);
        int seed = dims.Sum();
        int[] perFeature = [features];
        using Sample x = Sample.Of(device, dtype, dims, i => 0.5 + Numbers.Noise(i, seed));
        using Sample dy = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, seed + 1));
        using Sample scale = Sample.Of(device, dtype, perFeature, i => 1 + (0.5 * Numbers.Noise(i, 3)));
        using Sample shift = Sample.Of(device, dtype, perFeature, i => Numbers.Noise(i, 4));
        using Sample runningMean = Sample.Of(device, dtype, perFeature, i => Numbers.Noise(i, 5));
        using Sample runningVariance = Sample.Of(device, dtype, perFeature, i => 2 + Numbers.Noise(i, 6));
        using Sample mean = Sample.Filled(device, dtype, perFeature, 0);
        using Sample inverse = Sample.Filled(device, dtype, perFeature, 0);
        using Sample y = Sample.Filled(device, dtype, dims, 0);
        using Sample dx = Sample.Filled(device, dtype, dims, 0);
        using Sample dScale = Sample.Filled(device, dtype, perFeature, 10);
        using Sample dShift = Sample.Filled(device, dtype, perFeature, 10);

        double[] xs = x.Read();
        double[] given = dy.Read();
        double[] scales = scale.Read();
        double[] shifts = shift.Read();
        double[] oldMeans = runningMean.Read();
        double[] oldVariances = runningVariance.Read();
        int[][] groups = NormOracle.Features(samples, features, length);
        double n = samples * length;
        double[] means = [.. groups.Select(g => NormOracle.Mean(xs, g))];
        double[] variances = [.. groups.Select(g => NormOracle.Variance(xs, g))];
        double unit = dtype == DType.Float32 ? 3e-6 : 2e-14;
        string what = $"{device} {dtype} [{string.Join(", ", dims)}]";

        BatchNormalization.Forward(default(IdentityOp), new(
            y.Operand, x.Operand, mean.Operand, inverse.Operand, null, scale.Operand, shift.Operand, runningMean.Operand,
            runningVariance.Operand, 0.3, Epsilon));
        Numbers.AssertClose(means, mean.Read(), unit, unit, what + " mean");
        Numbers.AssertClose([.. variances.Select(v => 1 / Math.Sqrt(v + Epsilon))], inverse.Read(), unit, 0, what + " inverse");
        Numbers.AssertClose(Outputs(means, variances), y.Read(), 2 * unit, 4 * unit, what);
        Numbers.AssertClose(
            [.. means.Select((m, c) => (0.7 * oldMeans[c]) + (0.3 * m))], runningMean.Read(), unit, unit, what + " running mean");
        Numbers.AssertClose(
            [.. variances.Select((v, c) => (0.7 * oldVariances[c]) + (0.3 * v * n / (n - 1)))], runningVariance.Read(), unit, unit,
            what + " running variance");

        BatchNormalization.Backward(default(IdentityOp), new(
            new(dx.Operand, dScale.Operand, dShift.Operand, AddsToWeight: true), dy.Operand, x.Operand, mean.Operand, inverse.Operand, null,
            scale.Operand));
        double[] dz = [.. given.Select((g, i) => g * scales[i / length % features])];
        double[] expected = new double[xs.Length];
        foreach (int[] group in groups)
        {
            NormOracle.Gradient(xs, dz, group, Epsilon, expected);
        }

        double sums = unit * Math.Max(4, Math.Sqrt(n));
        Numbers.AssertClose(expected, dx.Read(), 8 * unit, 16 * unit, what + " dx");
        Numbers.AssertClose(DScale(means, variances, 10), dScale.Read(), unit, sums, what + " dscale");
        Numbers.AssertClose([.. groups.Select(g => Numbers.Sum(g.Select(i => given[i])))], dShift.Read(), unit, sums, what + " dshift");

        BatchNormalization.Forward(default(IdentityOp), new(
            y.Operand, x.Operand, runningMean.Operand, null, runningVariance.Operand, scale.Operand, shift.Operand, Epsilon: Epsilon));
        means = runningMean.Read();
        variances = runningVariance.Read();
        Numbers.AssertClose(Outputs(means, variances), y.Read(), 2 * unit, 4 * unit, what + " evaluation");
        BatchNormalization.Backward(default(IdentityOp), new(
            new(dx.Operand, dScale.Operand, dShift.Operand, AddsToBias: true), dy.Operand, x.Operand, runningMean.Operand, null,
            runningVariance.Operand, scale.Operand, Epsilon: Epsilon));
        Numbers.AssertClose(
            [.. dz.Select((g, i) => g / Math.Sqrt(variances[i / length % features] + Epsilon))], dx.Read(), unit, unit,
            what + " evaluation dx");
        Numbers.AssertClose(DScale(means, variances, 0), dScale.Read(), unit, sums, what + " evaluation dscale");
        Numbers.AssertClose(
            [.. groups.Select(g => 2 * Numbers.Sum(g.Select(i => given[i])))], dShift.Read(), unit, 2 * sums, what + " dshift, twice");

        double[] Outputs(double[] m, double[] v) => [.. xs.Select((value, i) =>
        {
            int c = i / length % features;
            return ((value - m[c]) / Math.Sqrt(v[c] + Epsilon) * scales[c]) + shifts[c];
        })];

        double[] DScale(double[] m, double[] v, double before) => [.. groups.Select((g, c) =>
            before + Numbers.Sum(g.Select(i => given[i] * (xs[i] - m[c]) / Math.Sqrt(v[c] + Epsilon))))];
    }
}
