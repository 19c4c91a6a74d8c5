using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Data sets of several kinds of features and targets.</summary>
public class FieldTests
{
    public static TheoryData<string> Devices => ["cpu", "emulated"];

    [Theory]
    [MemberData(nameof(Devices))]
    public void Features_and_targets_of_every_number_move_together(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        const int Count = 23;
        foreach ((int features, int targets) in ((int, int)[])[(1, 1), (2, 1), (1, 2), (3, 2), (2, 4)])
        {
            Tensor[] xs = [.. Enumerable.Range(0, features).Select(i => Numbers(Count, i + 1, 100 * i, i % 2 == 0 ? DType.Float32 : DType.Int64, device))];
            Tensor[] ys = [.. Enumerable.Range(0, targets).Select(i => Numbers(Count, targets - i, 1000 * (i + 1), i % 2 == 0 ? DType.Int32 : DType.Float64, device))];
            Dataset data = new(xs, ys);
            List<double> seen = [];
            foreach (Batch batch in data.Batches(7, seed: 2, epoch: 1))
            {
                Assert.Equal((features, targets), (batch.Xs.Count, batch.Ys.Count));
                Assert.Same(batch.X, batch.Xs[0]);
                Assert.Same(batch.Y, batch.Ys[0]);
                double[] samples = batch.X.To(DType.Float64).ToArray<double>();
                seen.AddRange(samples);
                for (int i = 0; i < features; i++)
                {
                    Assert.Equal(xs[i].DType, batch.Xs[i].DType);
                    Assert.Equal(samples.SelectMany(s => Row(s, i + 1, 100 * i)), batch.Xs[i].To(DType.Float64).ToArray<double>());
                }

                for (int i = 0; i < targets; i++)
                {
                    Assert.Equal(ys[i].DType, batch.Ys[i].DType);
                    Assert.Equal(samples.SelectMany(s => Row(s, targets - i, 1000 * (i + 1))), batch.Ys[i].To(DType.Float64).ToArray<double>());
                }
            }

            Assert.Equal(Enumerable.Range(0, Count).Select(static i => (double)i), seen.Order());
        }
    }

    [Fact]
    public void The_usual_case_is_taken_apart_as_before()
    {
        foreach ((Tensor x, Tensor y) in new Dataset([Numbers(4, 1, 0, DType.Float32, Device.Cpu), Numbers(4, 2, 9, DType.Float32, Device.Cpu)], [Tensor.Arange(4, device: Device.Cpu)]).Batches(4, shuffle: false))
        {
            Assert.Equal([0, 1, 2, 3], x.ToArray<float>());
            Assert.Equal([0, 1, 2, 3], y.ToArray<float>());
        }
    }

    [Fact]
    public void Each_kind_of_features_has_a_scale_of_its_own()
    {
        Dataset data = new Dataset(
            [Numbers(5, 1, 0, DType.Float32, Device.Cpu), Numbers(5, 1, 0, DType.UInt8, Device.Cpu), Numbers(5, 1, 0, DType.Int32, Device.Cpu)],
            [Tensor.Arange(5, device: Device.Cpu)]).Scaled(2, 1).Scaled(0.5, feature: 1);
        Batch batch = data.Batches(5, shuffle: false).Select(static b => new Batch([.. b.Xs.Select(static x => x.Keep())], [b.Y.Keep()])).Single();
        Assert.Equal([1, 3, 5, 7, 9], batch.Xs[0].ToArray<float>());
        Assert.Equal([0, 0.5f, 1, 1.5f, 2], batch.Xs[1].ToArray<float>());
        Assert.Equal([0, 1, 2, 3, 4], batch.Xs[2].ToArray<int>());
        Assert.Contains("Int32", Assert.Throws<InvalidOperationException>(() => data.Scaled(2, feature: 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Scaled(2, feature: 3));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Every_part_is_read_as_it_is_stored(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        Dataset data = new Dataset([Numbers(40, 2, 0, DType.Float32, device), Numbers(40, 3, 5, DType.UInt8, device)], [Numbers(40, 1, 7, DType.Int64, device)])
            .Scaled(3);
        (Dataset first, Dataset second) = data.Split(0.6, seed: 3);
        foreach (Dataset part in (Dataset[])[
            data, data.Slice(3, 9), first, second, first.Slice(2, 7), second.Split(0.5, seed: 4).Second, data.KFold(4, seed: 1)[2].Train, first.To(Device.Cpu),
            data.KFold(4, seed: 1)[1].Validation.To(Device.Cpu)])
        {
            using TensorScope scope = Tensor.Scope();
            double[] samples = [.. part.Batches(part.Count, shuffle: false).Single(static b => b.Y.Keep() is not null).Y.To(DType.Float64).ToArray<double>().Select(static y => y - 7)];
            Assert.Equal(samples.SelectMany(static s => Row(s, 2, 0)), part.Features.To(DType.Float64).ToArray<double>());
            Assert.Equal(samples.SelectMany(static s => Row(s, 3, 5)), part.AllFeatures[1].To(DType.Float64).ToArray<double>());
            Assert.Equal(samples.SelectMany(static s => Row(s, 1, 7)), part.Targets.To(DType.Float64).ToArray<double>());
            Assert.Equal(part.Targets.ToArray<long>(), Assert.Single(part.AllTargets).ToArray<long>());
            Assert.Equal(DType.UInt8, part.AllFeatures[1].DType);
        }
    }

    [Fact]
    public void The_statistics_of_the_training_part_normalise_the_other()
    {
        Dataset data = new(Tensor.Normal([60, 3], 5, 2, generator: new Generator(1), device: Device.Cpu), Tensor.Arange(60, DType.Int32, Device.Cpu));
        (Dataset train, Dataset test) = data.Split(0.7, seed: 2);
        Normalize normalize = Normalize.By(train);
        float[] values = train.Features.ToArray<float>();
        for (int column = 0; column < 3; column++)
        {
            double[] own = [.. values.Where((_, i) => i % 3 == column).Select(static v => (double)v)];
            double mean = own.Average();
            Assert.Equal(mean, normalize.Mean[column], 1e-12);
            Assert.Equal(Math.Sqrt(own.Sum(v => (v - mean) * (v - mean)) / own.Length), normalize.StandardDeviation[column], 1e-12);
        }

        float[] raw = test.Features.ToArray<float>();
        float[] normalized = test.Map(normalize).Batches(test.Count, shuffle: false).SelectMany(static b => b.X.ToArray<float>()).ToArray();
        for (int i = 0; i < raw.Length; i++)
        {
            Assert.Equal((raw[i] - normalize.Mean[i % 3]) / normalize.StandardDeviation[i % 3], normalized[i], 2e-6);
        }
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Tensor five = Tensor.Zeros([5, 2], device: Device.Cpu);
        Tensor four = Tensor.Zeros(4, device: Device.Cpu);
        Assert.Contains("[4]", Assert.Throws<ArgumentException>(() => new Dataset([five, four], [five])).Message, StringComparison.Ordinal);
        Assert.Contains("[4]", Assert.Throws<ArgumentException>(() => new Dataset([five], [five, four])).Message, StringComparison.Ordinal);
        Assert.Contains("no features", Assert.Throws<ArgumentException>(() => new Dataset((Tensor[])[], [five])).Message, StringComparison.Ordinal);
        Assert.Contains("no targets", Assert.Throws<ArgumentException>(() => new Dataset([five], (Tensor[])[])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Dataset([five, five.To(TestDevice.Gpu)], [five]));
    }

    private static Tensor Numbers(int count, int width, int offset, DType dtype, Device device) => Tensor.From(
        Enumerable.Range(0, count).SelectMany(i => Row(i, width, offset)).ToArray(), [count, width], Device.Cpu).To(dtype).To(device);

    private static IEnumerable<double> Row(double sample, int width, int offset) => Enumerable.Range(0, width).Select(c => sample + offset + c);
}
