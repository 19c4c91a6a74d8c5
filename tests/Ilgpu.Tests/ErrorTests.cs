using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Ilgpu.Tests;

public class ErrorTests
{
    private static CPUAccelerator Accelerator => TestAccelerator.Instance;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(1, 9)]
    public void Launches_without_threads_or_with_too_many_throw(int grid, int group)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Action<KernelConfig, ArrayView<int>> kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Kernel);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(new KernelConfig(grid, group), buffer.View));
    }

    [Fact]
    public void Groups_are_limited_in_total_too()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Action<KernelConfig, ArrayView<int>> kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(Kernel);
        Assert.Throws<NotSupportedException>(() => kernel(new KernelConfig(new Index2D(1, 1), new Index2D(4, 3)), buffer.View));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(new KernelConfig(new Index2D(1, 70000), new Index2D(1, 1)), buffer.View));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Implicit_launches_of_nothing_throw(int extent)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Action<Index1D, ArrayView<int>> kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(ImplicitKernel);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(extent, buffer.View));
    }

    [Fact]
    public void Negative_shapes_throw_at_once()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KernelConfig(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharedMemoryConfig.RequestDynamic<int>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Accelerator.Allocate1D<int>(-1));
    }

    [Fact]
    public void Kernels_that_capture_or_have_an_instance_are_refused()
    {
        int captured = Accelerator.WarpSize;
        Assert.Throws<NotSupportedException>(() => TestAccelerator.Create().LoadStreamKernel<ArrayView<int>>(v => v[0] = captured));
        Assert.Throws<NotSupportedException>(() => TestAccelerator.Create().LoadStreamKernel<ArrayView<int>>(new Instance(3).Kernel));
        Assert.Throws<ArgumentNullException>(() => TestAccelerator.Create().LoadStreamKernel<ArrayView<int>>(null!));
    }

    [Fact]
    public void Types_of_parameters_must_be_visible_to_generated_code()
    {
        InternalCompilerException error = Assert.Throws<InternalCompilerException>(
            () => TestAccelerator.Create().LoadStreamKernel<ArrayView<int>, Hidden>(static (view, hidden) => view[0] = hidden.Value));
        Assert.Contains("InternalsVisibleTo", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, typeof(ArgumentOutOfRangeException))]
    [InlineData(-1, typeof(ArgumentOutOfRangeException))]
    [InlineData(9, typeof(NotSupportedException))]
    public void Implicit_group_sizes_have_limits(int size, Type error) =>
        Assert.Throws(error, () => TestAccelerator.Create().LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<int>>(ImplicitKernel, size));

    [Fact]
    public void Copies_must_fit()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D([1, 2, 3, 4]);
        ArrayView<int> view = buffer.View;
        int[] longer = new int[5];
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFromCPU(new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFromCPU(longer));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyToCPU(new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.CopyFromCPU(ref longer[0], 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.CopyToCPU(ref longer[0], 5));
        Assert.Throws<ArgumentNullException>(() => buffer.CopyFromCPU((int[])null!));
        Assert.Throws<InvalidOperationException>(() => ArrayView<int>.Empty.CopyFromCPU(longer));
        using MemoryBuffer1D<int, Stride1D.Dense> larger = Accelerator.Allocate1D<int>(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => view.CopyFrom((ArrayView<int>)larger.View));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.CopyTo((ArrayView<int>)larger.View));
        Assert.Equal([1, 2, 3, 4], buffer.GetAsArray1D());
    }

    [Fact]
    public void Views_of_a_buffer_must_fit()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Assert.Throws<NotSupportedException>(() => buffer.AsArrayView<long>(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.AsArrayView<int>(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.AsArrayView<int>(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.AsRawArrayView(16));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.AsRawArrayView(4, 13));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.AsRawArrayView(-1, 1));
    }

    [Fact]
    public void A_disposed_accelerator_runs_nothing()
    {
        CPUAccelerator own = TestAccelerator.Create();
        Action<KernelConfig, ArrayView<int>> kernel = own.LoadStreamKernel<ArrayView<int>>(Kernel);
        own.Dispose();
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(4);
        Assert.Throws<ObjectDisposedException>(() => kernel(new KernelConfig(1, 2), buffer.View));
    }

    private static void Kernel(ArrayView<int> view) => view[Grid.GlobalIndex.X] = 1;

    private static void ImplicitKernel(Index1D index, ArrayView<int> view) => view[index] = 1;

    private record struct Hidden(int Value);

    private sealed class Instance(int value)
    {
        internal void Kernel(ArrayView<int> view) => view[0] = value;
    }
}
