using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Sequences of different lengths.</summary>
public class SequenceTests
{
    private const int Count = 60;

    // Sequence i has 1 to 17 steps of two numbers.
    private static int LengthOf(int i) => 1 + (i * 29 % 17);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_batch_is_padded_to_its_longest(bool padLeft)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            int seen = 0;
            foreach (Batch batch in Data(device, padLeft).Batches(7, seed: 1))
            {
                int[] samples = batch.Y.ToArray<int>();
                Assert.Equal(samples.Select(LengthOf), batch.Lengths!);
                int steps = samples.Max(LengthOf);
                Assert.Equal(new Shape(samples.Length, steps, 2), batch.X.Shape);
                float[] expected = [.. samples.SelectMany(i =>
                {
                    float[] padding = [.. Enumerable.Repeat(-1.5f, 2 * (steps - LengthOf(i)))];
                    float[] own = Steps(i);
                    return padLeft ? (float[])[.. padding, .. own] : [.. own, .. padding];
                })];
                Assert.Equal(expected, batch.X.ToArray<float>());
                seen += samples.Length;
            }

            Assert.Equal(Count, seen);
        }
    }

    [Fact]
    public void Labels_of_steps_are_padded_too()
    {
        RowSource words = RowSource.FromSequences([.. Enumerable.Range(0, Count).Select(static i => Tensor.Full(LengthOf(i), i, DType.Int64, Device.Cpu))]);
        RowSource tags = RowSource.FromSequences([.. Enumerable.Range(0, Count).Select(static i => Tensor.Full(LengthOf(i), i + 1, DType.Int64, Device.Cpu))], -100);
        foreach (Batch batch in new Dataset(words, tags, Device.Cpu).Batches(9, seed: 2))
        {
            Assert.Equal(batch.X.Shape, batch.Y.Shape);
            long[] x = batch.X.ToArray<long>();
            long[] y = batch.Y.ToArray<long>();
            int steps = batch.X.Shape[1];
            for (int i = 0; i < x.Length; i++)
            {
                bool inside = i % steps < batch.Lengths![i / steps];
                Assert.Equal(inside ? x[i] + 1 : -100, y[i]);
            }
        }
    }

    [Fact]
    public void Buckets_pad_less_and_follow_from_the_seed()
    {
        Dataset plain = Data(Device.Cpu, false);
        Dataset data = plain.Bucketed(4);
        int[][] batches = Walk(data.Batches(6, seed: 3, epoch: 1));
        Assert.Equal(Enumerable.Range(0, Count), batches.SelectMany(static b => b).Order());
        Assert.Equal(batches, Walk(Data(Device.Cpu, false).Bucketed(4).Batches(6, seed: 3, epoch: 1)));
        Assert.NotEqual(batches, Walk(data.Batches(6, seed: 3, epoch: 2)));
        for (int skip = 0; skip < 10; skip++)
        {
            Assert.Equal(batches.Skip(skip), Walk(data.Batches(6, seed: 3, epoch: 1).Skip(skip)));
        }

        // Each bucket of four batches has the samples that the order has there, sorted and cut.
        int[][] unsorted = Walk(plain.Batches(6, seed: 3, epoch: 1));
        for (int bucket = 0; bucket < 10; bucket += 4)
        {
            int[][] own = batches[bucket..Math.Min(10, bucket + 4)];
            Assert.Equal(unsorted[bucket..Math.Min(10, bucket + 4)].SelectMany(static b => b).Order(), own.SelectMany(static b => b).Order());
            int[][] byLength = [.. own.OrderBy(static b => b.Sum(LengthOf))];
            for (int i = 1; i < byLength.Length; i++)
            {
                Assert.True(byLength[i - 1].Max(LengthOf) <= byLength[i].Min(LengthOf));
            }
        }

        Assert.True(Padding(batches) < Padding(unsorted) / 2, $"{Padding(batches)} and {Padding(unsorted)}");

        // A last, smaller batch is as random as it was.
        int[][] uneven = Walk(data.Batches(7, seed: 3, epoch: 1));
        Assert.Equal(Walk(plain.Batches(7, seed: 3, epoch: 1))[^1], uneven[^1]);
        Assert.Equal(Enumerable.Range(0, Count), uneven.SelectMany(static b => b).Order());

        // In their own order, samples stay in it.
        Assert.Equal(Enumerable.Range(0, Count), Walk(data.Batches(7, shuffle: false)).SelectMany(static b => b));

        static int Padding(int[][] batches) => batches.Sum(static b => b.Sum(i => b.Max(LengthOf) - LengthOf(i)));
    }

    [Fact]
    public void Parts_of_sequences_are_parts()
    {
        (Dataset first, Dataset second) = Data(Device.Cpu, false).Split(0.5, seed: 1);
        Assert.Equal(
            Enumerable.Range(0, Count), Walk(first.Bucketed(2).Batches(7)).Concat(Walk(second.Batches(7))).SelectMany(static b => b).Order());
        Assert.Equal(new Shape(Count, 17, 2), Data(Device.Cpu, false).Features.Shape);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Tensor two = Tensor.Zeros([3, 2], device: Device.Cpu);
        Assert.Throws<ArgumentException>(() => RowSource.FromSequences([]));
        Assert.Throws<ArgumentException>(() => RowSource.FromSequences([Tensor.Scalar(1, device: Device.Cpu)]));
        Assert.Contains("sequence 1", Assert.Throws<ArgumentException>(() => RowSource.FromSequences([two, Tensor.Zeros([3, 3], device: Device.Cpu)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RowSource.FromSequences([two, two.To(DType.Float64)]));
        Assert.Throws<InvalidOperationException>(() => new Dataset(two, two).Bucketed());
        Assert.Throws<InvalidOperationException>(() => new Dataset(RowSource.FromTensor(two), RowSource.FromTensor(two)).Bucketed());
        Assert.Throws<ArgumentOutOfRangeException>(() => Data(Device.Cpu, false).Bucketed(0));
    }

    private static float[] Steps(int i) => [.. Enumerable.Range(0, 2 * LengthOf(i)).Select(c => i + (c / 64f))];

    private static Dataset Data(Device device, bool padLeft) => new(
        RowSource.FromSequences([.. Enumerable.Range(0, Count).Select(static i => Tensor.From(Steps(i), [LengthOf(i), 2], Device.Cpu))], -1.5, padLeft),
        RowSource.FromTensor(Tensor.Arange(Count, DType.Int32, Device.Cpu)), device);

    private static int[][] Walk(IEnumerable<Batch> batches) => [.. batches.Select(static b => b.Y.ToArray<int>())];
}
