using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Ilgpu.Tests;

public class LaunchTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8)]
    [InlineData(5, 3)]
    [InlineData(4, 2)]
    public void Every_thread_of_a_line_knows_its_place(int grid, int group)
    {
        int[] seen = TestAccelerator.Run<int>(WriteLine, new KernelConfig(grid, group), grid * group);
        for (int i = 0; i < seen.Length; i++)
        {
            Assert.Equal((i / group * 10000) + (i % group * 1000) + (grid * 10) + group, seen[i]);
        }
    }

    [Fact]
    public void Every_thread_of_a_box_knows_its_place()
    {
        Index3D grid = (2, 3, 2);
        Index3D group = (2, 1, 3);
        int[] seen = TestAccelerator.Run<int>(WriteBox, new KernelConfig(grid, group), grid.Size * group.Size * 6);
        int at = 0;
        for (int i = 0; i < grid.Size; i++)
        {
            for (int j = 0; j < group.Size; j++)
            {
                Index3D g = (i % 2, i / 2 % 3, i / 6);
                Index3D t = (j % 2, 0, j / 2);
                Index3D global = (g * group) + t;
                Assert.Equal([g.X, g.Y, g.Z, global.X, global.Y, global.Z], seen[at..(at + 6)]);
                at += 6;
            }
        }
    }

    [Fact]
    public void First_and_last_thread_of_a_group()
    {
        Assert.Equal([1, 0, 0, 2, 1, 0, 0, 2], TestAccelerator.Run<int>(MarkEnds, new KernelConfig(2, 4), 8));
        Assert.Equal([3, 3], TestAccelerator.Run<int>(MarkEnds, new KernelConfig(2, 1), 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void Auto_grouped_kernels_visit_every_index_once(int length)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D(new int[length]);
        Action<Index1D, ArrayView<int>, int> kernel =
            TestAccelerator.Instance.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(AddIndex);
        kernel(length, buffer.View, 3);
        Assert.Equal(Enumerable.Range(3, length), buffer.GetAsArray1D());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void Implicitly_grouped_kernels_take_any_group_size(int groupSize)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D(new int[13]);
        Action<Index1D, ArrayView<int>, int> kernel =
            TestAccelerator.Instance.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<int>, int>(AddIndex, groupSize);
        kernel(13, buffer.View, 0);
        Assert.Equal(Enumerable.Range(0, 13), buffer.GetAsArray1D());
    }

    [Fact]
    public void Implicit_kernels_in_two_and_three_dimensions()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D(new int[30]);
        TestAccelerator.Instance.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>>(Plane)((5, 3), buffer.View);
        Assert.Equal(Enumerable.Range(0, 15).Select(i => 1 + (i % 5) + (10 * (i / 5))), buffer.GetAsArray1D()[..15]);

        TestAccelerator.Instance.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>>(Box)((3, 2, 5), buffer.View);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => 1 + (i % 3) + (10 * (i / 3 % 2)) + (100 * (i / 6))), buffer.GetAsArray1D());
    }

    [Fact]
    public void Grid_stride_loops_cover_what_the_grid_does_not()
    {
        int[] seen = TestAccelerator.Run<int>(GridStride, new KernelConfig(2, 4), 101);
        Assert.Equal(Enumerable.Range(1, 101), seen);
    }

    [Fact]
    public void A_stream_of_ones_own()
    {
        using AcceleratorStream stream = TestAccelerator.Instance.CreateStream();
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D<int>(6);
        Action<AcceleratorStream, KernelConfig, ArrayView<int>> kernel = TestAccelerator.Instance.LoadKernel<ArrayView<int>>(GridStride);
        kernel(stream, new KernelConfig(1, 2), buffer.View);
        stream.Synchronize();
        Assert.Equal([1, 2, 3, 4, 5, 6], buffer.GetAsArray1D());
    }

    [Fact]
    public void Launches_of_one_stream_run_in_order()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D([1]);
        Action<KernelConfig, ArrayView<int>, int> kernel = TestAccelerator.Instance.LoadStreamKernel<ArrayView<int>, int>(TimesTenPlus);
        for (int i = 2; i <= 6; i++)
        {
            kernel(new KernelConfig(1, 1), buffer.View, i);
        }

        Assert.Equal([123456], buffer.GetAsArray1D());
    }

    [Fact]
    public void Twelve_arguments()
    {
        using MemoryBuffer1D<long, Stride1D.Dense> buffer = TestAccelerator.Instance.Allocate1D<long>(1);
        Action<KernelConfig, ArrayView<long>, int, byte, short, long, float, double, uint, int, int, int, int> kernel =
            TestAccelerator.Instance.LoadStreamKernel<ArrayView<long>, int, byte, short, long, float, double, uint, int, int, int, int>(Sum);
        kernel(new KernelConfig(1, 1), buffer.View, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024);
        Assert.Equal([2047L], buffer.GetAsArray1D());
    }

    [Fact]
    public void Lambdas_that_capture_nothing_are_kernels()
    {
        int[] seen = TestAccelerator.Run<int>(static view => view[Grid.GlobalIndex.X] = Group.DimX, new KernelConfig(1, 3), 3);
        Assert.Equal([3, 3, 3], seen);
    }

    private static void WriteLine(ArrayView<int> view) =>
        view[Grid.GlobalIndex.X] = (Grid.IdxX * 10000) + (Group.IdxX * 1000) + (Grid.DimX * 10) + Group.DimX;

    private static void WriteBox(ArrayView<int> view)
    {
        int at = Grid.GlobalLinearIndex * 6;
        view[at] = Grid.IdxX;
        view[at + 1] = Grid.IdxY;
        view[at + 2] = Grid.IdxZ;
        view[at + 3] = Grid.GlobalIndex.X;
        view[at + 4] = Grid.GlobalIndex.Y;
        view[at + 5] = (Grid.IdxZ * Group.DimZ) + Group.IdxZ;
    }

    private static void MarkEnds(ArrayView<int> view) =>
        view[Grid.GlobalIndex.X] = (Group.IsFirstThread ? 1 : 0) + (Group.IsLastThread ? 2 : 0);

    private static void AddIndex(Index1D index, ArrayView<int> view, int start) => view[index] += index + start;

    private static void Plane(Index2D index, ArrayView<int> view) => view[index.X + (5 * index.Y)] = 1 + index.X + (10 * index.Y);

    private static void Box(Index3D index, ArrayView<int> view) =>
        view[index.X + (3 * index.Y) + (6 * index.Z)] = 1 + index.X + (10 * index.Y) + (100 * index.Z);

    private static void GridStride(ArrayView<int> view)
    {
        for (int i = Grid.GlobalIndex.X; i < view.IntLength; i += Grid.DimX * Group.DimX)
        {
            view[i] = i + 1;
        }
    }

    private static void TimesTenPlus(ArrayView<int> view, int digit) => view[0] = (view[0] * 10) + digit;

    private static void Sum(
        ArrayView<long> view, int a, byte b, short c, long d, float e, double f, uint g, int h, int i, int j, int k) =>
        view[0] = a + b + c + d + (long)e + (long)f + g + h + i + j + k;
}
