using System.Runtime.CompilerServices;

namespace DeepSharp.Tests;

public class CollectorTests
{
    // ILGPU's buffers free their memory in finalizers of their own; the pool must not get back a block whose buffer was freed.
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Memory_that_the_collector_gives_back_can_be_used_again(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        const int Count = 50;
        const int Length = 40;
        for (int round = 0; round < 8; round++)
        {
            MakeAndForget(device, Count, Length);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long allocations = device.Statistics.Allocations;
            Tensor[] held = [.. Enumerable.Range(0, Count).Select(i => Tensor.Full(Length, i, device: device))];
            Assert.Equal(allocations, device.Statistics.Allocations);
            for (int i = 0; i < Count; i++)
            {
                Assert.DoesNotContain(held[i].ToArray<float>(), x => x != i);
                held[i].Dispose();
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeAndForget(Device device, int count, int length)
    {
        for (int i = 0; i < count; i++)
        {
            _ = Tensor.Full(length, -1, device: device);
        }
    }
}
