using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Ilgpu.Tests;

public class DeviceTests
{
    [Fact]
    public void An_accelerator_has_the_limits_of_its_device()
    {
        CPUAccelerator accelerator = TestAccelerator.Instance;
        Assert.Equal(AcceleratorType.CPU, accelerator.AcceleratorType);
        Assert.Equal(2, accelerator.WarpSize);
        Assert.Equal(8, accelerator.MaxNumThreadsPerGroup);
        Assert.Equal(new Index3D(8), accelerator.MaxGroupSize);
        Assert.Equal(new Index3D(int.MaxValue, 65535, 65535), accelerator.MaxGridSize);
        Assert.Equal(1, accelerator.NumMultiprocessors);
        Assert.Equal(8, accelerator.MaxNumThreads);
        Assert.Equal(8, accelerator.NumThreads);
        Assert.Equal(int.MaxValue, accelerator.MaxSharedMemoryPerGroup);
        Assert.Equal("CPUAccelerator", accelerator.Name);
        Assert.Same(accelerator, accelerator.DefaultStream.Accelerator);
    }

    [Fact]
    public void Contexts_list_the_devices_asked_for()
    {
        using Context context = Context.Create(static builder => builder.CPU(CPUDevice.Nvidia).CPU(new CPUDevice(2, 2, 3)).CPU(CPUDevice.Nvidia));
        Assert.Equal([1024, 4], context.Devices.Select(d => d.MaxNumThreadsPerGroup));
        Context.DeviceCollection<CPUDevice> devices = context.GetDevices<CPUDevice>();
        Assert.Equal(2, devices.Count);
        Assert.Equal(3, devices[1].NumMultiprocessors);
        int count = 0;
        foreach (CPUDevice device in devices)
        {
            count += device.NumThreads;
        }

        Assert.Equal(1024 + 12, count);
        Assert.Equal(1024, context.GetPreferredDevice(preferCPU: true).MaxNumThreadsPerGroup);
        Assert.Equal(4, context.GetDevice<CPUDevice>(1).MaxNumThreadsPerGroup);
        Assert.Throws<NotSupportedException>(() => context.GetDevice<CPUDevice>(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetDevice<CPUDevice>(-1));
    }

    [Fact]
    public void A_context_without_devices_has_the_default_one()
    {
        using Context context = Context.Create(static builder => builder.Optimize(OptimizationLevel.O2).Math(MathMode.Default));
        Assert.Equal(CPUDevice.Default, Assert.Single(context.Devices));
        Assert.Equal(16, CPUDevice.Default.MaxNumThreadsPerGroup);
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        Assert.Equal(4, accelerator.WarpSize);
        Assert.Same(context, accelerator.Context);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void Impossible_devices_are_refused(int warp, int warps, int multiprocessors) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CPUDevice(warp, warps, multiprocessors));

    [Fact]
    public void Several_multiprocessors_share_the_groups()
    {
        using Context context = Context.Create(static builder => builder.CPU(new CPUDevice(2, 2, 3)));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = accelerator.Allocate1D(new int[41]);
        Action<KernelConfig, ArrayView<int>> kernel = accelerator.LoadStreamKernel<ArrayView<int>>(Pairs);
        for (int i = 0; i < 5; i++)
        {
            kernel(new KernelConfig(10, 4), buffer.View);
        }

        int[] seen = buffer.GetAsArray1D();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => 5 * (i ^ 1)), seen[..40]);
        Assert.Equal(200, seen[40]);
    }

    private static void Pairs(ArrayView<int> view)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(4);
        shared[Group.IdxX] = Grid.GlobalIndex.X;
        Group.Barrier();
        view[Grid.GlobalIndex.X] += shared[Group.IdxX ^ 1];
        Atomic.Add(ref view[40], 1);
    }
}
