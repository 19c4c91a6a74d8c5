using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>A set that is walked again comes in a new order, and in the same ones when the program runs again.</summary>
public class EpochTests
{
    private const int Count = 40;

    [Fact]
    public void Every_walk_has_an_order_of_its_own_and_a_second_run_has_the_same_ones()
    {
        int[][] orders = Run();
        Assert.Equal(4, orders.Select(static order => string.Join(' ', order)).Distinct().Count());
        Assert.All(orders, static order => Assert.Equal(Enumerable.Range(0, Count), order.Order()));
        Assert.Equal(orders, Run());

        // They are those of the pinned epochs 1, 2, …
        Dataset pinned = Numbers();
        Assert.Equal(orders, Enumerable.Range(1, 4).Select(epoch => Order(pinned.Batches(7, seed: 3, epoch: epoch))));

        static int[][] Run()
        {
            // One sequence again and again, and one made anew each time, as loops are written.
            Dataset data = Numbers();
            BatchSequence kept = data.Batches(7, seed: 3);
            return [Order(kept), Order(kept), Order(data.Batches(7, seed: 3)), Order(data.Batches(11, seed: 3))];
        }
    }

    [Fact]
    public void A_pinned_epoch_stays_and_counts_nothing()
    {
        Dataset data = Numbers();
        BatchSequence pinned = data.Batches(7, seed: 3, epoch: 5);
        int[] order = Order(pinned);
        Assert.Equal(order, Order(pinned));
        Assert.Equal(Order(Numbers().Batches(7, seed: 3)), Order(data.Batches(7, seed: 3)));
        Assert.NotEqual(order, Order(data.Batches(7, seed: 3)));
    }

    [Fact]
    public void Seeds_and_parts_count_for_themselves()
    {
        Dataset data = Numbers();
        (Dataset first, Dataset second) = data.Split(0.5, seed: 1);
        int[] alone = Order(Numbers().Split(0.5, seed: 1).Second.Batches(4, seed: 3));
        Order(data.Batches(7, seed: 3));
        Order(first.Batches(7, seed: 3));
        Assert.Equal(alone, Order(second.Batches(4, seed: 3)));
        Assert.Equal(Order(Numbers().Batches(7, seed: 4)), Order(data.Batches(7, seed: 4)));

        // What is not shuffled stays as it is.
        Assert.Equal(Order(data.Batches(7, shuffle: false)), Order(data.Batches(7, shuffle: false)));
    }

    [Fact]
    public void A_part_that_is_made_anew_each_epoch_goes_on_and_a_copy_begins_again()
    {
        Dataset data = Numbers();
        Func<Dataset>[] parts =
        [
            () => data.Take(30), () => data.Slice(5, 30), () => data.Split(0.75, seed: 2).First, () => data.Scaled(2).Take(29),
        ];
        Assert.All(parts, static part => Assert.NotEqual(Order(part().Batches(7)), Order(part().Batches(7))));

        int[] here = Order(data.Batches(7, seed: 9));
        Assert.Equal(here, Order(data.To(TestDevice.Gpu).Batches(7, seed: 9)));
    }

    [Fact]
    public void Walks_at_the_same_time_have_an_order_each()
    {
        Dataset data = Numbers();
        BatchSequence batches = data.Batches(7, seed: 3);
        using BatchSequence.Enumerator one = batches.GetEnumerator();
        List<int> first = [];
        List<int> second = [];
        foreach (Batch inner in batches)
        {
            second.AddRange(inner.Y.ToArray<int>());
        }

        while (one.MoveNext())
        {
            first.AddRange(one.Current.Y.ToArray<int>());
        }

        Assert.Equal(Order(data.Batches(7, seed: 3, epoch: 1)), first);
        Assert.Equal(Order(data.Batches(7, seed: 3, epoch: 2)), second);
    }

    [Fact]
    public void Threads_share_the_count()
    {
        Dataset data = Numbers();
        string[] orders = new string[16];
        Parallel.For(0, orders.Length, i => orders[i] = string.Join(' ', Order(data.Batches(7, seed: 3))));
        Assert.Equal(orders.Length, orders.Distinct().Count());
    }

    private static Dataset Numbers() => new(
        Tensor.From(Enumerable.Range(0, Count).Select(static i => (float)i).ToArray(), [Count, 1], Device.Cpu),
        Tensor.From(Enumerable.Range(0, Count).ToArray(), Count, Device.Cpu));

    private static int[] Order(BatchSequence batches) => [.. batches.SelectMany(static batch => batch.Y.ToArray<int>())];
}
