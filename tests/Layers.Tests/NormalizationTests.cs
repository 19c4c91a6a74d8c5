using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>The layer that is adapted to data.</summary>
public class NormalizationTests
{
    public static TheoryData<string> Devices => ["cpu", "gpu"];

    [Theory]
    [MemberData(nameof(Devices))]
    public void Statistics_and_outputs_are_those_of_the_formula(string name)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach ((int[] shape, int features, int? axis) in ((int[], int, int?)[])[([7, 3], 3, -1), ([4, 3, 2, 5], 3, 1), ([6, 2, 4], 4, -1), ([5, 4], 1, null), ([9], 9, -1), ([3, 1, 2], 2, 2)])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                using TensorScope scope = Tensor.Scope();
                Tensor x = Tensor.Normal(shape, 1000, 3, generator: new Generator(5), dtype: dtype, device: device);
                Normalization layer = new(features, axis, dtype, device);
                Assert.Equal(x.To(DType.Float64).ToArray<double>(), layer.Forward(x).To(DType.Float64).ToArray<double>());
                layer.Adapt(x);
                double[] values = x.To(DType.Float64).ToArray<double>();
                int[] kinds = [.. Enumerable.Range(0, values.Length).Select(i => KindOf(i, shape, axis))];
                double[] mean = [.. Enumerable.Range(0, features).Select(kind => values.Where((_, i) => kinds[i] == kind).Average())];
                double[] variance = [.. Enumerable.Range(0, features).Select(kind => values.Where((_, i) => kinds[i] == kind).Average(v => (v - mean[kind]) * (v - mean[kind])))];
                double close = dtype == DType.Float32 ? 1e-6 : 1e-14;
                Close(mean, layer.Mean, close);
                Close(variance, layer.Variance, close);

                Tensor y = layer.Forward(x);
                double[] m = layer.Mean.To(DType.Float64).ToArray<double>();
                double[] v = layer.Variance.To(DType.Float64).ToArray<double>();
                double[] expected = [.. values.Select((value, i) => (value - m[kinds[i]]) / Math.Max(Math.Sqrt(v[kinds[i]]), 1e-7))];
                Assert.All(y.To(DType.Float64).ToArray<double>().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, dtype == DType.Float32 ? 2e-4 : 1e-9));
                Assert.All(layer.Inverse(y).To(DType.Float64).ToArray<double>().Zip(values), pair => Assert.Equal(pair.Second, pair.First, dtype == DType.Float32 ? 1e-3 : 1e-9));
            }
        }

        static int KindOf(int i, int[] shape, int? axis)
        {
            if (axis is not { } along)
            {
                return 0;
            }

            along = along < 0 ? along + shape.Length : along;
            for (int a = shape.Length - 1; a > along; a--)
            {
                i /= shape[a];
            }

            return i % shape[along];
        }

        static void Close(double[] expected, Tensor actual, double relative) => Assert.All(
            expected.Zip(actual.To(DType.Float64).ToArray<double>()), pair => Assert.Equal(1, pair.First == 0 && pair.Second == 0 ? 1 : pair.Second / pair.First, relative));
    }

    [Fact]
    public void Batches_give_the_statistics_of_the_whole_and_no_digits_are_lost()
    {
        // The squares of a million and a bit leave no digits of Float32 for the variance.
        using Tensor x = Tensor.From(Enumerable.Range(0, 3000).Select(static i => 1e6f + (i % 7)).ToArray(), [1000, 3], Device.Cpu);
        Normalization whole = new(3, device: Device.Cpu);
        whole.Adapt(x);
        Normalization parts = new(3, device: Device.Cpu);
        parts.Adapt([x[..100], x[100..101], x[101..]]);
        Assert.Equal(whole.Mean.ToArray<float>(), parts.Mean.ToArray<float>());
        Assert.Equal(whole.Variance.ToArray<float>(), parts.Variance.ToArray<float>());
        Assert.All(whole.Variance.ToArray<float>(), static v => Assert.Equal(4, v, 0.02f));
    }

    [Fact]
    public void A_constant_feature_becomes_zero_and_the_state_is_saved()
    {
        Normalization layer = new(2, device: Device.Cpu);
        layer.Adapt(Tensor.From([3f, 1, 3, 5], [2, 2], Device.Cpu));
        Assert.Equal([0, -1, 0, 1], layer.Forward(Tensor.From([3f, 1, 3, 5], [2, 2], Device.Cpu)).ToArray<float>());
        Assert.Equal(["mean", "variance"], layer.State().Keys);
        Assert.Empty(layer.Parameters());
        Normalization other = new(2, device: Device.Cpu);
        other.LoadState(layer.State());
        Assert.Equal([3, 3], other.Mean.ToArray<float>());
        Assert.Equal([0, 4], other.Variance.ToArray<float>());

        // Adapted again, it forgets what it was.
        layer.Adapt(Tensor.From([1f, 1, 2, 2], [2, 2], Device.Cpu));
        Assert.Equal([1.5f, 1.5f], layer.Mean.ToArray<float>());
    }

    [Fact]
    public void The_gradient_goes_to_the_input()
    {
        Normalization layer = new(3, dtype: DType.Float64, device: Device.Cpu);
        layer.Adapt(Tensor.Normal([10, 3], dtype: DType.Float64, device: Device.Cpu));
        GradCheck.Run(xs => layer.Forward(xs[0]) * layer.Inverse(xs[0]), [Tensor.Normal([4, 3], dtype: DType.Float64, device: Device.Cpu)], order: 2);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Normalization layer = new(3, device: Device.Cpu);
        Assert.Contains("[4, 2]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([4, 2], device: Device.Cpu))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layer.Adapt(Tensor.Zeros([4, 2], device: Device.Cpu)));
        Assert.Throws<ArgumentException>(() => layer.Adapt(Tensor.Zeros([0, 3], device: Device.Cpu)));
        Assert.Throws<ArgumentException>(() => layer.Adapt((Tensor[])[]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Normalization(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Normalization(2, axis: null));
    }
}
