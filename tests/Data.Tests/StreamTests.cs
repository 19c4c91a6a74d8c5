using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Samples that come one behind the other.</summary>
public class StreamTests
{
    [Fact]
    public void Samples_come_in_their_order()
    {
        foreach (Dataset data in (Dataset[])[Stream(50), AsyncStream(50)])
        {
            Assert.Equal(50, data.Count);
            for (int walk = 0; walk < 2; walk++)
            {
                int next = 0;
                foreach ((Tensor x, Tensor y) in data.Batches(8, seed: 1))
                {
                    Assert.Equal(new Shape(y.Count, 2, 3), x.Shape);
                    foreach (int label in y.ToArray<int>())
                    {
                        Assert.Equal(next++, label);
                    }

                    Assert.Equal(y.ToArray<int>().SelectMany(static i => Features(i)), x.ToArray<float>());
                }

                Assert.Equal(50, next);
            }

            Assert.Equal([35, 36, 37, 38, 39], data.Batches(5).Skip(7).First(static b => b.Y.Keep() is not null).Y.ToArray<int>());
            Assert.Equal(40, data.Batches(8, dropLast: true).Take(5).Sum(static b => b.Y.Count));
        }
    }

    [Fact]
    public void A_buffer_shuffles_by_seed_and_epoch()
    {
        Dataset data = Stream(200, buffer: 30);
        int[] order = Order(data.Batches(7, seed: 3, epoch: 2));
        Assert.Equal(Enumerable.Range(0, 200), order.Order());
        Assert.Equal(order, Order(Stream(200, buffer: 30).Batches(64, seed: 3, epoch: 2)));
        Assert.Equal(order[35..], Order(data.Batches(7, seed: 3, epoch: 2).Skip(5)));
        Assert.NotEqual(order, Order(data.Batches(7, seed: 3, epoch: 3)));
        Assert.NotEqual(order, Order(data.Batches(7, seed: 4, epoch: 2)));
        Assert.Equal(Enumerable.Range(0, 200), Order(data.Batches(7, shuffle: false)));

        // A sample leaves at most as early as the buffer is long.
        Assert.All(order.Select(static (sample, place) => sample - place), static ahead => Assert.InRange(ahead, -200, 30));
        Assert.NotEqual(Enumerable.Range(0, 200), order);
        Assert.Equal(Enumerable.Range(0, 200), Order(Stream(200, buffer: 1000).Batches(7)).Order());
    }

    [Fact]
    public void What_is_wrong_is_thrown_in_the_loop_with_the_sample()
    {
        Contains("sample 30", () => Order(Dataset.FromStream(Samples(30), [2, 3], Shape.Scalar, 50, device: Device.Cpu).Batches(8)));
        Contains("50 samples", () => Order(Dataset.FromStream(Samples(30), [2, 3], Shape.Scalar, 50, device: Device.Cpu).Batches(8)));
        Contains("sample 0", () => Order(Dataset.FromStream(Samples(30), [2, 4], Shape.Scalar, 20, device: Device.Cpu).Batches(8)));
        Contains("no more coffee", () => Order(Dataset.FromStream(Samples(30).Select(static (s, i) => i == 12 ? throw new TimeoutException("no more coffee") : s), [2, 3], Shape.Scalar, 20, device: Device.Cpu).Batches(8)));
        SourceTests.NoReader();

        static void Contains(string part, Action walk) => Assert.Contains(part, Assert.ThrowsAny<Exception>(walk).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_has_a_begin_and_no_other_parts()
    {
        Dataset data = Stream(50);
        Assert.Equal(Enumerable.Range(0, 12), Order(data.Take(12).Batches(5)));
        foreach (Func<object> part in (Func<object>[])[
            () => data.Slice(0, 3), () => data.Split(0.5), () => data.KFold(2), () => data.ClassBalanced(), () => data.Features, () => data.Targets])
        {
            Assert.Contains("RowSource", Assert.Throws<InvalidOperationException>(part).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_stream_that_waits_is_left_when_the_loop_ends()
    {
        bool ended = false;
        Dataset data = Dataset.FromStream(Slow(), Shape.Scalar, Shape.Scalar, 100, device: Device.Cpu);
        foreach ((Tensor x, Tensor _) in data.Batches(2))
        {
            Assert.Equal([0, 1], x.ToArray<float>());
            break;
        }

        Assert.True(ended);
        SourceTests.NoReader();

        async IAsyncEnumerable<(float[] X, int[] Y)> Slow([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
        {
            try
            {
                for (int i = 0; i < 100; i++)
                {
                    if (i == 5)
                    {
                        await Task.Delay(Timeout.Infinite, stop);
                    }

                    yield return ([i], [i]);
                }
            }
            finally
            {
                ended = true;
            }
        }
    }

    [Fact]
    public void Transforms_and_scales_are_those_of_samples_in_memory()
    {
        Dataset here = new Dataset(
            Tensor.From(Enumerable.Range(0, 40).SelectMany(static i => Features(i)).ToArray(), [40, 2, 3], Device.Cpu), Tensor.Arange(40, DType.Int32, Device.Cpu));
        (Batch[] one, Batch[] two) = (Walk(here), Walk(Stream(40)));
        Assert.Equal(one.SelectMany(static b => b.X.ToArray<float>()), two.SelectMany(static b => b.X.ToArray<float>()));

        static Batch[] Walk(Dataset data) => [.. data.Scaled(0.5, 1).Map(new Normalize([3], [2])).Batches(7, shuffle: false).Select(static b => new Batch(b.X.Keep(), b.Y.Keep()))];
    }

    private static float[] Features(int sample) => [.. Enumerable.Range(0, 6).Select(c => sample + (0.125f * c))];

    private static IEnumerable<(float[] X, int[] Y)> Samples(int count) => Enumerable.Range(0, count).Select(static i => (Features(i), (int[])[i]));

    private static Dataset Stream(int count, int buffer = 0) => Dataset.FromStream(Samples(1000), [2, 3], Shape.Scalar, count, buffer, Device.Cpu);

    private static Dataset AsyncStream(int count)
    {
        return Dataset.FromStream(Later(), [2, 3], Shape.Scalar, count, device: Device.Cpu);

        static async IAsyncEnumerable<(float[] X, int[] Y)> Later()
        {
            foreach ((float[] X, int[] Y) sample in Samples(1000))
            {
                await Task.Yield();
                yield return sample;
            }
        }
    }

    private static int[] Order(IEnumerable<Batch> batches) => [.. batches.SelectMany(static b => b.Y.ToArray<int>())];
}
