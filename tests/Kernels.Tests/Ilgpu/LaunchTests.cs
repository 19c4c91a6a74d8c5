using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Kernels.Tests.Ilgpu;

/// <summary>What kernels and the code around them expect of ILGPU: threads, barriers, shared memory, atomics, launches, views.</summary>
public class LaunchTests
{
    private static CPUAccelerator Accelerator => TestAccelerator.Instance;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8)]
    [InlineData(5, 3)]
    public void Every_thread_knows_its_place(int grid, int group)
    {
        int[] seen = TestAccelerator.Run(WritePlace, new KernelConfig(grid, group), new int[grid * group]);
        Assert.Equal(Enumerable.Range(0, grid * group).Select(i => (i / group * 10000) + (i % group * 1000) + (grid * 10) + group), seen);
    }

    [Fact]
    public void Barriers_in_a_loop_keep_the_threads_in_step()
    {
        int[] data = [.. Enumerable.Range(1, 24)];
        Assert.Equal([36, 100, 164], TestAccelerator.Run(SumOfGroup, new KernelConfig(3, 8), data)[..3]);
    }

    [Fact]
    public void Two_allocations_of_shared_memory_do_not_overlap()
    {
        double[] seen = TestAccelerator.Run(TwoArrays, new KernelConfig(2, 4), new double[8]);
        Assert.Equal([103, 102, 101, 100, 103, 102, 101, 100], seen);
    }

    [Fact]
    public void Atomic_additions_lose_nothing()
    {
        KernelConfig config = new(4, 8);
        Assert.Equal([496], TestAccelerator.Run(static v => Atomic.Add(ref v[0], Grid.GlobalIndex.X), config, [0]));
        Assert.Equal([(1L << 40) + 496], TestAccelerator.Run(static v => Atomic.Add(ref v[0], (long)Grid.GlobalIndex.X), config, [1L << 40]));
        Assert.Equal([248f], TestAccelerator.Run(static v => Atomic.Add(ref v[0], 0.5f * Grid.GlobalIndex.X), config, [0f]));
        Assert.Equal([248.0], TestAccelerator.Run(static v => Atomic.Add(ref v[0], 0.5 * Grid.GlobalIndex.X), config, [0.0]));
    }

    [Fact]
    public void Bits_of_numbers_can_be_taken_and_put_back()
    {
        float[] seen = TestAccelerator.Run(
            static v => v[Group.IdxX] = Interop.IntAsFloat(Interop.FloatAsInt(v[Group.IdxX]) ^ 0x80000000u), new KernelConfig(1, 2), [1.5f, -2]);
        Assert.Equal([-1.5f, 2], seen);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(1, 9)]
    public void Launches_without_threads_or_with_too_many_throw(int grid, int group) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TestAccelerator.Run(WritePlace, new KernelConfig(grid, group), new int[4]));

    [Fact]
    public void Launches_run_in_order()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([1]);
        Action<KernelConfig, ArrayView<int>, int> kernel = Accelerator.LoadStreamKernel<ArrayView<int>, int>(TimesTenPlus);
        for (int i = 2; i <= 6; i++)
        {
            kernel(new KernelConfig(1, 1), buffer.View, i);
        }

        Assert.Equal([123456], buffer.GetAsArray1D());
    }

    [Fact]
    public void Types_of_parameters_must_be_visible_to_generated_code()
    {
        InternalCompilerException error = Assert.Throws<InternalCompilerException>(
            () => TestAccelerator.Create().LoadStreamKernel<ArrayView<int>, Hidden>(static (view, hidden) => view[0] = hidden.Value));
        Assert.Contains("InternalsVisibleTo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Casts_and_sub_views_keep_the_place()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([1, 2, 3, 4, 5, 6, 7]);
        ArrayView<int> view = buffer.AsRawArrayView(8, 16).Cast<int>();
        Assert.Equal([3, 4, 5, 6], view.GetAsArray());
        Assert.Equal(3L | (4L << 32), view.Cast<long>()[0]);
        Assert.Equal([5, 6], view.SubView(2, 2).GetAsArray());
    }

    [Fact]
    public unsafe void Memory_of_ones_own_can_be_a_buffer()
    {
        int* memory = (int*)NativeMemory.AlignedAlloc(64, 64);
        try
        {
            new Span<int>(memory, 16).Fill(3);
            using (CPUMemoryBuffer buffer = CPUMemoryBuffer.Create(Accelerator, (IntPtr)memory, 64, 1))
            {
                ArrayView<int> view = buffer.AsRawArrayView(8, 12).Cast<int>();
                Assert.Equal((IntPtr)(memory + 2), view.LoadEffectiveAddressAsPtr());
                view[1] = 5;
                Accelerator.LoadStreamKernel<ArrayView<int>>(static v => v[Group.IdxX] += 10)(new KernelConfig(1, 2), view);
            }

            Assert.Equal([3, 3, 13, 15, 3], new Span<int>(memory, 5).ToArray());
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static void WritePlace(ArrayView<int> view) =>
        view[Grid.GlobalIndex.X] = (Grid.IdxX * 10000) + (Group.IdxX * 1000) + (Grid.DimX * 10) + Group.DimX;

    private static void SumOfGroup(ArrayView<int> view)
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

        if (Group.IdxX == 0)
        {
            view[Grid.IdxX] = shared[0];
        }
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

    private static void TimesTenPlus(ArrayView<int> view, int digit) => view[0] = (view[0] * 10) + digit;

    private record struct Hidden(int Value);
}
