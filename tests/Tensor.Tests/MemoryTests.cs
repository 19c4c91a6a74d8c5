using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>The pool behind the tensors, and the way back to it.</summary>
public class MemoryTests
{
    public static TheoryData<string> DeviceNames => ["cpu", "emulated"];

    [Theory]
    [MemberData(nameof(DeviceNames))]
    public void A_loop_of_steps_needs_no_new_memory_after_the_first(string name)
    {
        Device device = Named(name);
        Step(device);
        DeviceStatistics before = device.Statistics;
        for (int step = 0; step < 50; step++)
        {
            Step(device);
        }

        DeviceStatistics after = device.Statistics;
        Assert.Equal(before.LiveBytes, after.LiveBytes);
        Assert.Equal(before.CachedBytes, after.CachedBytes);
        Assert.Equal(before.Allocations, after.Allocations);
        Assert.True(after.Launches > before.Launches);
        Assert.True(after.PeakBytes >= after.LiveBytes);
    }

    [Fact]
    public void Tensors_disposed_of_by_hand_do_not_make_the_collector_run()
    {
        // Telling the collector of each made it collect everything again and again.
        int before = GC.CollectionCount(2);
        for (int i = 0; i < 20_000; i++)
        {
            Tensor.Zeros([64 * 1024], DType.Float32, Device.Cpu).Dispose();
        }

        Assert.InRange(GC.CollectionCount(2) - before, 0, 5);
    }

    [Fact]
    public void Memory_goes_back_to_the_system_when_asked()
    {
        Step(Device.Cpu);
        DeviceStatistics before = Device.Cpu.Statistics;
        Assert.True(before.CachedBytes > 0);
        Assert.Equal(before.CachedBytes, Device.Cpu.TrimMemory());
        DeviceStatistics after = Device.Cpu.Statistics;
        Assert.Equal((0, before.LiveBytes), (after.CachedBytes, after.LiveBytes));
        Step(Device.Cpu);
    }

    [Theory]
    [MemberData(nameof(DeviceNames))]
    public void Tensors_outside_scopes_go_back_through_the_collector(string name)
    {
        Device device = Named(name);
        Collect(device);
        long before = device.Statistics.LiveBytes;
        Forget(device, 20);
        Assert.True(device.Statistics.LiveBytes >= before + (20 * 40_000));
        Collect(device);
        Assert.Equal(before, device.Statistics.LiveBytes);

        // The blocks that came back are whole: what is written to them can be read.
        using TensorScope scope = Tensor.Scope();
        Tensor[] next = [.. Enumerable.Range(0, 20).Select(i => Tensor.Full([10_000], i, DType.Float32, device))];
        for (int i = 0; i < next.Length; i++)
        {
            Assert.Equal(i, next[i][9_999].Item());
        }
    }

    [Fact]
    public void Memory_is_not_given_back_while_a_kernel_may_use_it()
    {
        Collect(Device.Cpu);
        long before = Device.Cpu.Statistics.LiveBytes;
        Operand operand = OperandOfForgotten();
        Collect(Device.Cpu);
        Assert.True(Device.Cpu.Statistics.LiveBytes > before);
        Assert.Equal(10_000, operand.Count);
        GC.KeepAlive(operand.Block);
        operand = default;
        Collect(Device.Cpu);
        Assert.Equal(before, Device.Cpu.Statistics.LiveBytes);
    }

    [Fact]
    public void A_tensor_that_was_disposed_is_not_returned_again_by_the_collector()
    {
        Collect(Device.Cpu);
        long before = Device.Cpu.Statistics.LiveBytes;
        DisposeAndForget();
        Collect(Device.Cpu);
        Assert.Equal(before, Device.Cpu.Statistics.LiveBytes);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void DisposeAndForget()
        {
            Tensor x = Tensor.Zeros([1000], DType.Float32, Device.Cpu);
            Tensor view = x[1..];
            Tensor kept = KeptFromScope();
            x.Dispose();
            view.Dispose();
            kept.Dispose();
        }

        static Tensor KeptFromScope()
        {
            using TensorScope scope = Tensor.Scope();
            return Tensor.Zeros([1000], DType.Float32, Device.Cpu).Keep();
        }
    }

    [Theory]
    [MemberData(nameof(DeviceNames))]
    public void Out_of_memory_frees_what_it_can_and_then_lists_the_largest_tensors(string name)
    {
        Device device = Named(name);
        Collect(device);
        device.TrimMemory();
        BlockPool pool = device.Pool;
        using TensorScope scope = Tensor.Scope();
        Tensor[] large = [.. Enumerable.Range(0, 3).Select(_ => Tensor.Zeros([256, 1024], DType.Float32, device))];
        Tensor small = Tensor.From(new double[100], device);
        try
        {
            pool.Limit = device.Statistics.LiveBytes + (2 << 20);

            // Cached and forgotten memory makes room for another size.
            Tensor.Zeros([400_000], DType.UInt8, device).Dispose();
            using (TensorScope.Suspend())
            {
                Forget(device, 10);
            }

            using Tensor other = Tensor.Zeros([1_900_000], DType.UInt8, device);
            string message = Assert.Throws<DeviceException>(() => Tensor.Ones([1000, 1000], DType.Float64, device)).Message;
            Assert.StartsWith($"{device} is out of memory: Ones asked for 8,388,608 bytes", message, StringComparison.Ordinal);
            Assert.Contains("3,145,728 by Zeros (3 of [256, 1024])", message, StringComparison.Ordinal);
            Assert.Contains("by Zeros (1 of [1900000])", message, StringComparison.Ordinal);
            Assert.Contains("896 by From (1 of [100])", message, StringComparison.Ordinal);
            Assert.Contains("smaller batch", message, StringComparison.Ordinal);
            Assert.True(message.IndexOf("[256, 1024]", StringComparison.Ordinal) < message.IndexOf("[1900000]", StringComparison.Ordinal));
        }
        finally
        {
            pool.Limit = long.MaxValue;
        }

        Assert.Equal(8_000_000, Tensor.Ones([1000, 1000], DType.Float64, device).Count * 8);
        Assert.Equal(0, large[2][255, 1023].Item() + small[99].Item());
    }

    private static Device Named(string name) => name == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static void Step(Device device)
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Uniform([16, 20], device: device, generator: new Generator(3));
        Tensor y = x.T.Clone();
        Tensor z = y.To(DType.Float64)[.., ..5].Contiguous();
        z.AddInPlace(Tensor.Ones([5], DType.Float64, device));
        Tensor kept = z[0].Keep();
        kept.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Device device, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Tensor x = Tensor.Full([10_000], i, DType.Float32, device);
            Assert.Equal(9_000, x[..9_000].Count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Operand OperandOfForgotten() => Tensor.Zeros([10_000], DType.Float32, Device.Cpu).Operand;

    internal static void Collect(Device device)
    {
        // A view's guard and its source's come in different rounds.
        for (int round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(device.Statistics.LiveBytes >= 0);
    }
}
