namespace DeepSharp.Kernels;

/// <summary>A range of work for <see cref="HostParallel"/>: a struct that holds pointers and sizes.</summary>
internal interface IRangeBody
{
    /// <summary>Does the items from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    void Run(int start, int end);
}

/// <summary>Fork and join over all cores without an allocation.</summary>
internal static class HostParallel
{
    /// <summary>The number of threads that share a loop, the caller included.</summary>
    internal static int Threads { get; } = Environment.ProcessorCount;

    /// <summary>
    /// Runs <paramref name="body"/> over [0, <paramref name="count"/>) in consecutive chunks of <paramref name="grain"/> items.
    /// The chunks do not depend on the number of threads, so that results do not either.
    /// </summary>
    internal static void For<TBody>(int count, int grain, in TBody body)
        where TBody : struct, IRangeBody
    {
        for (int start = 0; start < count; start += grain)
        {
            body.Run(start, Math.Min(count, start + grain));
        }
    }
}
