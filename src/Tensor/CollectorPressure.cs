namespace DeepSharp;

/// <summary>Tells the garbage collector of memory that only it can find unreachable.</summary>
/// <remarks>
/// In steps: telling it of every tensor made it collect everything once for every few that came and went, although all were
/// disposed of.
/// </remarks>
internal static class CollectorPressure
{
    private const long StepUp = 32L * 1024 * 1024;
    private const long StepDown = 8 * StepUp;

    private static long s_held;
    private static long s_told;

    /// <summary>Memory was left to the collector.</summary>
    internal static void Add(long bytes)
    {
        long held = Interlocked.Add(ref s_held, bytes);
        long told = Volatile.Read(ref s_told);
        if (held - told >= StepUp && Interlocked.CompareExchange(ref s_told, held, told) == told)
        {
            GC.AddMemoryPressure(held - told);
        }
    }

    /// <summary>Memory has gone back to the pool.</summary>
    internal static void Remove(long bytes)
    {
        long held = Interlocked.Add(ref s_held, -bytes);
        long told = Volatile.Read(ref s_told);
        if (told - held >= StepDown && Interlocked.CompareExchange(ref s_told, held, told) == told)
        {
            GC.RemoveMemoryPressure(told - held);
        }
    }
}
