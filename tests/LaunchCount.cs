namespace DeepSharp.Tests;

/// <summary>How many kernels something launches; nothing else may run on the device meanwhile.</summary>
internal static class LaunchCount
{
    internal static long Of(Action work, Device? device = null)
    {
        long before = (device ?? Device.Cpu).Statistics.Launches;
        work();
        return (device ?? Device.Cpu).Statistics.Launches - before;
    }
}
