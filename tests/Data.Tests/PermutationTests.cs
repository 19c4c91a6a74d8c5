using DeepSharp.Kernels;

namespace DeepSharp.Tests;

public class PermutationTests
{
    [Fact]
    public void Every_index_comes_once()
    {
        for (int count = 1; count <= 300; count++)
        {
            foreach (ulong seed in (ulong[])[0, 1, ulong.MaxValue])
            {
                int[] order = Order(count, seed, 3);
                Array.Sort(order);
                Assert.Equal(Enumerable.Range(0, count), order);
            }
        }
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_003)]
    [InlineData(4_194_305)]
    public void Every_index_of_many_comes_once(int count)
    {
        bool[] seen = new bool[count];
        KeyedPermutation permutation = new(count, 11, 2);
        for (int i = 0; i < count; i++)
        {
            int at = permutation.At(i);
            Assert.False(seen[at]);
            seen[at] = true;
        }
    }

    [Fact]
    public void The_largest_count_has_a_permutation()
    {
        KeyedPermutation permutation = new(int.MaxValue, 1, 1);
        HashSet<int> seen = [];
        for (int i = 0; i < 10_000; i++)
        {
            int at = permutation.At(int.MaxValue - 1 - i);
            Assert.InRange(at, 0, int.MaxValue - 1);
            Assert.True(seen.Add(at));
        }
    }

    // Each position holds each index equally often over many keys.
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(100)]
    public void Positions_are_uniform(int count)
    {
        int keys = 200 * count;
        int[,] counts = new int[count, count];
        for (int key = 0; key < keys; key++)
        {
            KeyedPermutation permutation = new(count, 5, (ulong)key);
            for (int position = 0; position < count; position++)
            {
                counts[position, permutation.At(position)]++;
            }
        }

        for (int position = 0; position < count; position++)
        {
            Statistics.AssertChiSquare([.. Enumerable.Range(0, count).Select(index => counts[position, index])], _ => 1.0 / count);
        }
    }

    // So does each pair of neighbours hold each ordered pair of different indices; over seeds, not epochs, this time.
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(21)]
    public void Neighbours_are_uniform(int count)
    {
        foreach (int position in (int[])[0, count / 2, count - 2])
        {
            int[] counts = new int[count * count];
            for (int key = 0; key < 100 * count * (count - 1); key++)
            {
                KeyedPermutation permutation = new(count, (ulong)key, 0);
                counts[(permutation.At(position) * count) + permutation.At(position + 1)]++;
            }

            int[] different = [.. counts.Where((_, pair) => pair / count != pair % count)];
            Assert.Equal(counts.Sum(), different.Sum());
            Statistics.AssertChiSquare(different, _ => 1.0 / (count * (count - 1)));
        }
    }

    // Positions any distance apart, all pairs of them: 16 and 17 lie on both sides of a power of two, over which the walk begins.
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(17)]
    public void Pairs_at_every_distance_are_uniform(int count)
    {
        int keys = 20 * count * (count - 1);
        int[][] orders = [.. Enumerable.Range(0, keys).Select(key => Order(count, (ulong)key, 9))];
        for (int first = 0; first < count; first++)
        {
            for (int second = first + 1; second < count; second++)
            {
                int[] counts = new int[count * count];
                foreach (int[] order in orders)
                {
                    counts[(order[first] * count) + order[second]]++;
                }

                int[] different = [.. counts.Where((_, pair) => pair / count != pair % count)];
                Assert.Equal(keys, different.Sum());
                Statistics.AssertChiSquare(different, _ => 1.0 / (count * (count - 1)));
            }
        }
    }

    // Samples of one batch and of one batch and the next: pairs of 16 classes of neighbouring indices.
    [Theory]
    [InlineData(128)]
    [InlineData(1000)]
    [InlineData(60_000)]
    public void Pairs_in_batches_are_uniform(int count)
    {
        const int Classes = 16;
        const int Keys = 20_000;
        int[] sizes = [.. Enumerable.Range(0, Classes).Select(c => (((c + 1) * count) / Classes) - (c * count / Classes))];
        foreach (int distance in (int[])[1, 2, 3, 31, 64, 127])
        {
            foreach (int position in (int[])[0, count - 1 - distance])
            {
                int[] counts = new int[Classes * Classes];
                for (int key = 0; key < Keys; key++)
                {
                    KeyedPermutation permutation = new(count, (ulong)key, 4);
                    counts[(Class(permutation.At(position)) * Classes) + Class(permutation.At(position + distance))]++;
                }

                // Drawn without putting back: a class that has been drawn from holds one less.
                Statistics.AssertChiSquare(counts, pair => (double)sizes[pair / Classes] / count
                    * (sizes[pair % Classes] - (pair / Classes == pair % Classes ? 1 : 0)) / (count - 1));
            }
        }

        int Class(int index)
        {
            int guess = (int)((long)index * Classes / count);
            return guess + 1 < Classes && index >= (guess + 1) * (long)count / Classes ? guess + 1 : guess;
        }
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(4, 24)]
    [InlineData(5, 120)]
    [InlineData(6, 720)]
    public void All_orders_of_a_few_are_equally_likely(int count, int orders)
    {
        Dictionary<string, int> counts = [];
        for (int key = 0; key < 300 * orders; key++)
        {
            string order = string.Join(' ', Order(count, (ulong)key, 1));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(orders, counts.Count);
        Statistics.AssertChiSquare([.. counts.Values], _ => 1.0 / orders);
    }

    [Fact]
    public void Seeds_and_streams_differ_and_repeat()
    {
        Assert.Equal(Order(1000, 1, 2), Order(1000, 1, 2));
        foreach ((ulong seed, ulong stream) in ((ulong, ulong)[])[(1, 3), (2, 2), (1UL << 63, 2), (1, 1UL << 63)])
        {
            int[] other = Order(1000, seed, stream);
            Assert.InRange(Order(1000, 1, 2).Zip(other).Count(static pair => pair.First == pair.Second), 0, 8);
        }
    }

    private static int[] Order(int count, ulong seed, ulong stream)
    {
        KeyedPermutation permutation = new(count, seed, stream);
        return [.. Enumerable.Range(0, count).Select(permutation.At)];
    }
}
