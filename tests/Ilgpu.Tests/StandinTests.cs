#if !ILGPU_PACKAGE
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Ilgpu.Tests;

/// <summary>
/// What the stand-in does where ILGPU on a CPU ends the process (an index out of range) or leaves open what happens (the
/// order of threads, fresh memory).
/// </summary>
public class StandinTests
{
    private static CPUAccelerator Accelerator => TestAccelerator.Instance;

    [Fact]
    public void An_index_out_of_range_throws_from_the_launch()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => TestAccelerator.Run<int>(static view => view[Group.IdxX] = 1, new KernelConfig(1, 4), 3));
        Assert.Contains("3 elements of Int32", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => TestAccelerator.Run<int>(static view => view[-1 - Group.IdxX] = 1, new KernelConfig(1, 1), 3));
        Assert.Equal([1, 1, 1], TestAccelerator.Run<int>(static view => view[Group.IdxX] = 1, new KernelConfig(1, 3), 3));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(-1, 2)]
    [InlineData(3, 3)]
    [InlineData(0, -1)]
    [InlineData(1, int.MaxValue)]
    public void A_sub_view_out_of_range_throws(int index, int length)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((ArrayView<int>)buffer.View).SubView(index, length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_thread_that_fails_frees_those_that_wait_for_it(int failing)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D(new int[8]);
        Action<KernelConfig, ArrayView<int>, int> kernel = Accelerator.LoadStreamKernel<ArrayView<int>, int>(FailsBetweenBarriers);
        ArgumentOutOfRangeException error =
            Assert.Throws<ArgumentOutOfRangeException>(() => kernel(new KernelConfig(2, 8), buffer.View, failing));
        Assert.Contains("8 elements", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1], buffer.GetAsArray1D());
        kernel(new KernelConfig(1, 8), buffer.View, -1);
        Assert.Equal([3, 3, 3, 3, 3, 3, 3, 3], buffer.GetAsArray1D());
    }

    [Fact]
    public void Threads_that_end_early_do_not_hold_up_the_rest()
    {
        Assert.Equal([-1, -1, 7, 6, 5, 4, 3, 2], TestAccelerator.Run<int>(EarlyEnd, new KernelConfig(1, 8), 8));
    }

    [Fact]
    public void Threads_run_in_order()
    {
        // Atomic tickets: before the first barrier in order, and after it in order again.
        int[] seen = TestAccelerator.Run<int>(Tickets, new KernelConfig(2, 4), 17);
        Assert.Equal([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15], seen[..16]);
    }

    [Fact]
    public void Fresh_shared_and_local_memory_is_not_a_number()
    {
        float[] seen = TestAccelerator.Run<float>(Fresh, new KernelConfig(3, 2), 6);
        Assert.All(seen, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Threads_must_allocate_alike()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => TestAccelerator.Run<int>(
                static view => view[0] = SharedMemory.Allocate<int>(4 + Group.IdxX).IntLength, new KernelConfig(1, 2), 1));
        Assert.Contains("16 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("20", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_operations_outside_a_kernel_throw()
    {
        Assert.Throws<InvalidKernelOperationException>(() => Group.IdxX);
        Assert.Throws<InvalidKernelOperationException>(Group.Barrier);
        Assert.Throws<InvalidKernelOperationException>(() => SharedMemory.Allocate<int>(1).IntLength);
    }

    [Fact]
    public void Launches_from_several_threads_do_not_mix()
    {
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal([3, 4, 5, 6, 7, 0, 1, 2], TestAccelerator.Run<int>(Shift, new KernelConfig(1, 8), 8));
            }
        });
    }

    private static void FailsBetweenBarriers(ArrayView<int> view, int failing)
    {
        Atomic.Add(ref view[Group.IdxX], 1);
        Group.Barrier();
        if (Group.IdxX == failing)
        {
            view[8] = 1;
        }

        Group.Barrier();
        Atomic.Add(ref view[Group.IdxX], 1);
    }

    private static void EarlyEnd(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(8);
        if (Group.IdxX < 2)
        {
            view[Group.IdxX] = -1;
            return;
        }

        shared[Group.IdxX] = Group.IdxX;
        Group.Barrier();
        view[Group.IdxX] = shared[9 - Group.IdxX];
    }

    private static void Tickets(ArrayView<int> view)
    {
        int at = (Grid.IdxX * 4) + Group.IdxX;
        view[at] = Atomic.Add(ref view[16], 1);
        Group.Barrier();
        view[8 + at] = Atomic.Add(ref view[16], 1);
    }

    private static void Fresh(ArrayView<float> view)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(2);
        ArrayView<float> local = LocalMemory.Allocate<float>(1);
        float sum = shared[Group.IdxX] + local[0];
        Group.Barrier();
        shared[Group.IdxX] = 0;
        local[0] = 0;
        view[Grid.GlobalIndex.X] = sum;
    }

    private static void Shift(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(8);
        shared[Group.IdxX] = Group.IdxX;
        Group.Barrier();
        view[Group.IdxX] = shared[(Group.IdxX + 3) % 8];
    }
}
#endif
