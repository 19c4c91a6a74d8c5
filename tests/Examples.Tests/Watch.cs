using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Looks at a device's memory and at the collector's at the same place of every step, and compares.</summary>
internal sealed class Watch(Device device) : ICallback
{
    /// <summary>As ARCHITECTURE.md says: graph nodes, tensor handles and shapes.</summary>
    internal const long ManagedBytesPerStep = 16 * 1024;

    // The list does not grow while it is looked at.
    internal List<(DeviceStatistics Device, long Managed)> Seen { get; } = new(4096);

    internal void Look()
    {
        if (Seen.Count == 0)
        {
            Settle(device);
        }

        Seen.Add((device.Statistics, GC.GetAllocatedBytesForCurrentThread()));
    }

    public void OnBatchEnd(TrainingContext context) => Look();

    /// <summary>
    /// Between two looks, counted from one, live bytes and blocks are the same and the managed bytes few.
    /// </summary>
    internal void AssertFlat(int early, int late, int stepsBetween = 0, bool managed = true)
    {
        (DeviceStatistics first, long before) = Seen[early - 1];
        (DeviceStatistics last, long after) = Seen[late - 1];
        Assert.Equal(first.LiveBytes, last.LiveBytes);
        Assert.Equal(first.Allocations, last.Allocations);
        if (managed)
        {
            Assert.InRange((after - before) / (stepsBetween > 0 ? stepsBetween : late - early), 0, ManagedBytesPerStep);
        }
    }

    /// <summary>What earlier tests left to the collector goes back now, and not between two looks.</summary>
    internal static void Settle(Device device)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // The pool takes back what finalizers return when it is next asked for a block.
        Tensor.Zeros(1, device: device).Dispose();
    }
}
