using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Ilgpu.Tests;

public class SharedMemoryTests
{
    [Fact]
    public void Every_group_has_its_own()
    {
        int[] seen = TestAccelerator.Run<int>(Reverse, new KernelConfig(4, 6), 24);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (i / 6 * 6) + 5 - (i % 6)), seen);
    }

    [Fact]
    public void Two_allocations_do_not_overlap()
    {
        double[] seen = TestAccelerator.Run<double>(TwoArrays, new KernelConfig(2, 4), 8);
        Assert.Equal([103, 102, 101, 100, 103, 102, 101, 100], seen);
    }

    [Fact]
    public void One_shared_variable()
    {
        int[] seen = TestAccelerator.Run<int>(OneVariable, new KernelConfig(3, 5), 15);
        Assert.Equal(Enumerable.Range(0, 15).Select(i => 1000 + (i / 5)), seen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Dynamic_memory_has_the_length_the_launch_asked_for(int length)
    {
        KernelConfig config = new(2, 2, SharedMemoryConfig.RequestDynamic<int>(length));
        int[] seen = TestAccelerator.Run<int>(Dynamic, config, 4);
        int sum = length * (length - 1) / 2;
        Assert.Equal([length, sum, length, sum], seen);
    }

    [Fact]
    public void Local_memory_is_a_threads_own()
    {
        int[] seen = TestAccelerator.Run<int>(Local, new KernelConfig(2, 4), 8);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (4 * i) + 6), seen);
    }

    [Fact]
    public void Shared_memory_holds_structs()
    {
        float[] seen = TestAccelerator.Run<float>(Structs, new KernelConfig(1, 4), 4);
        Assert.Equal([3.5f, 2.5f, 1.5f, 0.5f], seen);
    }

    private static void Reverse(ArrayView<int> view)
    {
        ArrayView1D<int, Stride1D.Dense> shared = SharedMemory.Allocate1D<int>(8);
        shared[Group.IdxX] = Grid.GlobalIndex.X;
        Group.Barrier();
        view[Grid.GlobalIndex.X] = shared[Group.DimX - 1 - Group.IdxX];
    }

    private static void TwoArrays(ArrayView<double> view)
    {
        ArrayView<byte> small = SharedMemory.Allocate<byte>(4);
        ArrayView<double> large = SharedMemory.Allocate<double>(4);
        small[Group.IdxX] = (byte)Group.IdxX;
        large[Group.IdxX] = 100;
        Group.Barrier();
        view[Grid.GlobalIndex.X] = large[Group.IdxX] + small[3 - Group.IdxX];
    }

    private static void OneVariable(ArrayView<int> view)
    {
        ref int shared = ref SharedMemory.Allocate<int>();
        if (Group.IsFirstThread)
        {
            shared = 1000 + Grid.IdxX;
        }

        Group.Barrier();
        view[Grid.GlobalIndex.X] = shared;
    }

    private static void Dynamic(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.GetDynamic<int>();
        for (int i = Group.IdxX; i < shared.IntLength; i += Group.DimX)
        {
            shared[i] = i;
        }

        Group.Barrier();
        if (Group.IsFirstThread)
        {
            int sum = 0;
            for (int i = 0; i < shared.IntLength; i++)
            {
                sum += shared[i];
            }

            view[Grid.IdxX * 2] = shared.IntLength;
            view[(Grid.IdxX * 2) + 1] = sum;
        }
    }

    private static void Local(ArrayView<int> view)
    {
        ArrayView<int> mine = LocalMemory.Allocate<int>(4);
        for (int i = 0; i < 4; i++)
        {
            mine[i] = Grid.GlobalIndex.X + i;
        }

        Group.Barrier();
        view[Grid.GlobalIndex.X] = mine[0] + mine[1] + mine[2] + mine[3];
    }

    private static void Structs(ArrayView<float> view)
    {
        ArrayView<Pair> shared = SharedMemory.Allocate<Pair>(4);
        shared[Group.IdxX] = new Pair { Whole = Group.IdxX, Part = 0.5f };
        Group.Barrier();
        Pair other = shared[3 - Group.IdxX];
        view[Group.IdxX] = other.Whole + other.Part;
    }

    private struct Pair
    {
        internal int Whole;
        internal float Part;
    }
}
