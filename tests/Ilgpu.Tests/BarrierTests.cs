using ILGPU;

namespace DeepSharp.Ilgpu.Tests;

public class BarrierTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void What_is_written_before_a_barrier_is_read_after_it(int group)
    {
        int[] seen = TestAccelerator.Run<int>(Rotate, new KernelConfig(3, group), 3 * group);
        for (int i = 0; i < seen.Length; i++)
        {
            // Every round each thread takes over its right-hand neighbour's number: after as many rounds as threads, its own.
            Assert.Equal(i % group, seen[i]);
        }
    }

    [Fact]
    public void Barriers_in_a_loop_keep_the_threads_in_step()
    {
        // A prefix sum by doubling, eight threads, three rounds of two barriers.
        int[] data = [3, 1, 4, 1, 5, 9, 2, 6, 1, 1, 1, 1, 1, 1, 1, 1];
        Assert.Equal(
            [3, 4, 8, 9, 14, 23, 25, 31, 1, 2, 3, 4, 5, 6, 7, 8],
            TestAccelerator.RunOn<int>(PrefixSum, new KernelConfig(2, 8), data));
    }

    [Fact]
    public void A_tree_reduction_adds_up_a_group()
    {
        int[] data = [.. Enumerable.Range(1, 24)];
        Assert.Equal([36, 100, 164], TestAccelerator.RunOn<int>(Reduce, new KernelConfig(3, 8), data)[..3]);
    }

    [Fact]
    public void Threads_of_a_plane_meet_too()
    {
        int[] data = [.. Enumerable.Range(0, 8)];
        Assert.Equal(
            [0, 4, 1, 5, 2, 6, 3, 7],
            TestAccelerator.RunOn<int>(Transpose, new KernelConfig(new Index2D(1, 1), new Index2D(4, 2)), data));
    }

    [Fact]
    public void Votes_count_the_whole_group()
    {
        // Per thread: population count of "number is a multiple of 3", then "all below 6", then "any is 5", in groups of 6.
        int[] seen = TestAccelerator.Run<int>(Votes, new KernelConfig(2, 6), 12);
        Assert.All(seen, vote => Assert.Equal(211, vote));
        int[] smaller = TestAccelerator.Run<int>(Votes, new KernelConfig(1, 4), 4);
        Assert.All(smaller, vote => Assert.Equal(210, vote));
        int[] larger = TestAccelerator.Run<int>(Votes, new KernelConfig(1, 8), 8);
        Assert.All(larger, vote => Assert.Equal(301, vote));
    }

    [Fact]
    public void Barriers_with_and_without_in_turn()
    {
        for (int i = 0; i < 3; i++)
        {
            What_is_written_before_a_barrier_is_read_after_it(4);
            Assert.Equal([0, 1, 2, 3], TestAccelerator.Run<int>(static view => view[Group.IdxX] = Group.IdxX, new KernelConfig(1, 4), 4));
        }
    }

    private static void Rotate(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(8);
        int mine = Group.IdxX;
        for (int round = 0; round < Group.DimX; round++)
        {
            shared[Group.IdxX] = mine;
            Group.Barrier();
            mine = shared[(Group.IdxX + 1) % Group.DimX];
            Group.Barrier();
        }

        view[Grid.GlobalIndex.X] = mine;
    }

    private static void PrefixSum(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(8);
        shared[Group.IdxX] = view[Grid.GlobalIndex.X];
        Group.Barrier();
        for (int step = 1; step < Group.DimX; step *= 2)
        {
            int before = Group.IdxX >= step ? shared[Group.IdxX - step] : 0;
            Group.Barrier();
            shared[Group.IdxX] += before;
            Group.Barrier();
        }

        view[Grid.GlobalIndex.X] = shared[Group.IdxX];
    }

    private static void Reduce(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(8);
        shared[Group.IdxX] = view[Grid.GlobalIndex.X];
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] += shared[Group.IdxX + half];
            }
        }

        if (Group.IsFirstThread)
        {
            view[Grid.IdxX] = shared[0];
        }
    }

    private static void Transpose(ArrayView<int> view)
    {
        int value = view[(Group.IdxY * 4) + Group.IdxX];
        Group.Barrier();
        view[(Group.IdxX * 2) + Group.IdxY] = value;
    }

    private static void Votes(ArrayView<int> view)
    {
        int multiples = Group.BarrierPopCount(Group.IdxX % 3 == 0);
        bool all = Group.BarrierAnd(Group.IdxX < 6);
        bool any = Group.BarrierOr(Group.IdxX == 5);
        view[Grid.GlobalIndex.X] = (multiples * 100) + (all ? 10 : 0) + (any ? 1 : 0);
    }
}
