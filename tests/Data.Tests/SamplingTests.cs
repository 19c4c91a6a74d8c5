using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Stratified parts, folds, and draws by weight.</summary>
public class SamplingTests
{
    public static TheoryData<string> Devices => ["cpu", "emulated"];

    // 100 samples: 60 of class 0, 30 of class 1, 10 of class 2, mixed.
    private static int LabelOf(int sample) => (sample * 37 % 100) switch { < 60 => 0, < 90 => 1, _ => 2 };

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.75)]
    [InlineData(0.33)]
    [InlineData(0.5)]
    public void A_stratified_split_keeps_the_shares_of_classes(double fraction)
    {
        Dataset data = Labelled(Device.Cpu);
        (Dataset first, Dataset second) = data.Split(fraction, seed: 4, stratify: true);
        int[] a = Samples(first);
        Assert.Equal((int)Math.Round(100 * fraction), a.Length);
        Assert.Equal(a.Order(), a);
        Assert.Equal(Enumerable.Range(0, 100), a.Concat(Samples(second)).Order());
        foreach ((int label, int count) in ((int, int)[])[(0, 60), (1, 30), (2, 10)])
        {
            Assert.InRange(a.Count(i => LabelOf(i) == label), (int)Math.Floor(count * fraction), (int)Math.Ceiling(count * fraction));
        }

        Assert.Equal(a, Samples(Labelled(Device.Cpu).Split(fraction, seed: 4, stratify: true).First));
        Assert.NotEqual(a, Samples(data.Split(fraction, seed: 5, stratify: true).First));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(5, false)]
    [InlineData(7, false)]
    [InlineData(100, false)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(7, true)]
    public void Every_sample_is_held_out_once(int folds, bool stratify)
    {
        IReadOnlyList<(Dataset Train, Dataset Validation)> parts = Labelled(Device.Cpu).KFold(folds, seed: 6, stratify);
        Assert.Equal(folds, parts.Count);
        int[][] held = [.. parts.Select(static fold => Samples(fold.Validation))];
        Assert.Equal(Enumerable.Range(0, 100), held.SelectMany(static part => part).Order());
        for (int i = 0; i < folds; i++)
        {
            Assert.InRange(held[i].Length, 100 / folds, (100 / folds) + 1);
            Assert.Equal(Enumerable.Range(0, 100).Except(held[i]), Samples(parts[i].Train));
            if (stratify)
            {
                foreach ((int label, int count) in ((int, int)[])[(0, 60), (1, 30), (2, 10)])
                {
                    Assert.InRange(held[i].Count(s => LabelOf(s) == label), count / folds, (count / folds) + 1);
                }
            }
        }

        Assert.Equal(held, Labelled(Device.Cpu).KFold(folds, seed: 6, stratify).Select(static fold => Samples(fold.Validation)));
        Assert.NotEqual(held, Labelled(Device.Cpu).KFold(folds, seed: 7, stratify).Select(static fold => Samples(fold.Validation)));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Parts_of_parts_have_samples_of_their_own_only(string name)
    {
        Dataset data = Labelled(BatchTests.DeviceOf(name));
        Dataset train = data.KFold(4, seed: 1)[0].Train;
        int[] own = Samples(train);
        (Dataset first, Dataset second) = train.Slice(5, 60).Split(0.5, seed: 2, stratify: true);
        Assert.Equal(own[5..65].Order(), Samples(first).Concat(Samples(second)).Order());
        (first, second) = train.Split(0.25, seed: 3);
        Assert.Equal(own.Order(), Samples(first).Concat(Samples(second)).Order());
        Assert.Equal(own.Order(), train.Batches(7, seed: 9).SelectMany(static b => b.X.ToArray<int>()).Order());
        Assert.Equal(own[..10], Samples(train.Take(10)));
        foreach ((Tensor x, Tensor y) in second.Batches(8, seed: 1))
        {
            Assert.Equal(x.ToArray<int>().Select(LabelOf), y.ToArray<int>());
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Draws_follow_weights_seed_and_position_alone(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        double[] weights = [.. Enumerable.Range(0, 100).Select(static i => i % 10 == 0 ? 0 : (double)i)];
        Dataset data = Labelled(device).Weighted(weights);
        int[] drawn = Shuffled(data, 8, 3);
        Assert.Equal(100, drawn.Length);
        Assert.Equal(drawn, Shuffled(Labelled(Device.Cpu).Weighted(weights), 33, 3));
        Assert.NotEqual(drawn, Shuffled(data, 8, 4));
        Assert.Equal(drawn[24..], data.Batches(8, seed: 5, epoch: 3).Skip(3).SelectMany(static b => b.X.ToArray<int>()));
        Assert.DoesNotContain(drawn, static i => i % 10 == 0);
        Assert.Equal(Enumerable.Range(0, 100), Samples(data));
        Assert.Equal(drawn, Shuffled(data.To(TestDevice.Gpu), 8, 3));
    }

    [Fact]
    public void Frequencies_are_those_of_the_weights()
    {
        double[] weights = [1, 2, 0, 5, 0.5, 10, 1.5];
        const int Epochs = 20_000;
        Dataset data = new Dataset(Tensor.Arange(7, DType.Int32, Device.Cpu), Tensor.Arange(7, DType.Int32, Device.Cpu)).Weighted(weights);
        int[] counts = new int[7];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            foreach ((Tensor x, Tensor _) in data.Batches(7, seed: 1, epoch: epoch))
            {
                foreach (int sample in x.ToArray<int>())
                {
                    counts[sample]++;
                }
            }
        }

        // Chi-square with five degrees of freedom: 20.5 is exceeded once in a thousand times.
        double sum = weights.Sum();
        Assert.Equal(0, counts[2]);
        double chi = Enumerable.Range(0, 7).Where(static i => i != 2).Sum(i =>
        {
            double expected = 7.0 * Epochs * weights[i] / sum;
            return (counts[i] - expected) * (counts[i] - expected) / expected;
        });
        Assert.InRange(chi, 0, 20.5);
    }

    [Fact]
    public void Classes_are_balanced_in_training_and_as_they_are_else()
    {
        Dataset data = Labelled(Device.Cpu).ClassBalanced();
        int[] counts = new int[3];
        for (int epoch = 0; epoch < 300; epoch++)
        {
            foreach (int sample in Shuffled(data, 50, epoch))
            {
                counts[LabelOf(sample)]++;
            }
        }

        // A binomial of 30,000 and 1/3 deviates by 82.
        Assert.All(counts, static count => Assert.InRange(count, 10_000 - 350, 10_000 + 350));
        Assert.Equal(60, data.Batches(9, shuffle: false).Sum(static b => b.Y.ToArray<int>().Count(static y => y == 0)));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_part_has_the_weights_of_its_samples(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        (Dataset train, _) = Labelled(device).Split(0.5, seed: 8);
        int[] own = Samples(train);
        double[] weights = new double[50];
        (weights[7], weights[13], weights[44]) = (1, 3, 2);
        Dataset weighted = train.Weighted(weights);
        Assert.Equal([own[7], own[13], own[44]], Drawn(weighted));
        Assert.Equal([own[7], own[13]], Drawn(weighted.Take(20)));
        Assert.Equal([own[13]], Drawn(weighted.Slice(10, 20)));
        Assert.Equal([own[7], own[13]], Drawn(weighted.Take(20).To(TestDevice.Gpu)));
        (Dataset first, Dataset second) = Labelled(device).Weighted([.. Enumerable.Range(0, 100).Select(static i => i % 4 == 1 ? 1.0 : 0)]).Split(0.6, seed: 2);
        foreach (Dataset part in (Dataset[])[first, second, first.Split(0.5, seed: 3).Second, first.To(TestDevice.Gpu), first.KFold(3)[1].Train, first.KFold(3)[1].Train.To(TestDevice.Gpu)])
        {
            Assert.All(Drawn(part), static sample => Assert.Equal(1, sample % 4));
            Assert.Empty(Drawn(part).Except(Samples(part)));
        }

        Assert.Contains("weight 0", Assert.Throws<InvalidOperationException>(() => weighted.Take(3)).Message, StringComparison.Ordinal);

        // New weights take the place of the old ones.
        Assert.True(Drawn(weighted.ClassBalanced()).Length > 5);

        int[] Drawn(Dataset data) => [.. Enumerable.Range(1, 3).SelectMany(epoch => Shuffled(data, 10, epoch)).Distinct().OrderBy(i => Array.IndexOf(own, i))];
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Dataset data = Labelled(Device.Cpu);
        Assert.Throws<ArgumentException>(() => data.Weighted([1, 2]));
        Assert.Throws<ArgumentException>(() => data.Weighted(new double[100]));
        Assert.Contains("sample 3", Assert.Throws<ArgumentException>(() => data.Weighted([.. Enumerable.Range(0, 100).Select(static i => i == 3 ? -1.0 : 1)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => data.Weighted([.. Enumerable.Repeat(double.NaN, 100)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.KFold(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.KFold(101));
        Dataset numbers = new(Tensor.Arange(5, device: Device.Cpu), Tensor.Arange(5, device: Device.Cpu));
        Assert.Contains("Float32", Assert.Throws<InvalidOperationException>(() => numbers.ClassBalanced()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => numbers.Split(0.5, stratify: true));
        Assert.Throws<InvalidOperationException>(() => numbers.KFold(2, stratify: true));
    }

    [Fact]
    public void Batches_behind_the_first_ones_are_the_same()
    {
        Dataset data = Labelled(Device.Cpu);
        BatchSequence all = data.Batches(7, seed: 2, epoch: 5);
        int[][] batches = [.. all.Select(static b => b.X.ToArray<int>())];
        for (int skip = 0; skip <= 16; skip++)
        {
            Assert.Equal(Math.Max(0, 15 - skip), all.Skip(skip).Count);
            Assert.Equal(batches.Skip(skip), all.Skip(skip).Select(static b => b.X.ToArray<int>()));
        }

        Assert.Equal(batches.Skip(5), all.Skip(2).Skip(3).Select(static b => b.X.ToArray<int>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Skip(-1));
    }

    private static Dataset Labelled(Device device) => new(
        Tensor.Arange(100, DType.Int32, device), Tensor.From(Enumerable.Range(0, 100).Select(LabelOf).ToArray(), device));

    private static int[] Samples(Dataset data) => [.. data.Batches(13, shuffle: false).SelectMany(static b => b.X.ToArray<int>())];

    private static int[] Shuffled(Dataset data, int batchSize, int epoch) =>
        [.. data.Batches(batchSize, seed: 5, epoch: epoch).SelectMany(static b => b.X.ToArray<int>())];
}
