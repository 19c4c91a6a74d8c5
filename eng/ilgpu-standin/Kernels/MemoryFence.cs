namespace ILGPU;

/// <summary>Orders a thread's memory accesses.</summary>
public static class MemoryFence
{
    public static void GroupLevel() => Thread.MemoryBarrier();

    public static void DeviceLevel() => Thread.MemoryBarrier();

    public static void SystemLevel() => Thread.MemoryBarrier();
}
