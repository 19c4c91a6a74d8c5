using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Fork and join over all cores without an allocation.</summary>
/// <remarks>
/// The pool runs one loop at a time. A loop that starts while another one has the pool, from a second thread or from inside a
/// body, runs on its own thread alone. A thrown exception reaches the caller once no thread is inside the loop any more.
/// </remarks>
internal static unsafe class HostParallel
{
    /// <summary>The number of threads that share a loop, the caller included: from 1 to <see cref="WorkerPool.MaxThreads"/>.</summary>
    internal static int Threads { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, WorkerPool.MaxThreads);

    /// <summary>
    /// Runs <paramref name="body"/> over [0, <paramref name="count"/>) in consecutive chunks of <paramref name="grain"/> items.
    /// The chunks do not depend on the number of threads, so that results do not either.
    /// </summary>
    internal static void For<TBody>(int count, int grain, in TBody body)
        where TBody : struct, IRangeBody
    {
        if (count <= grain)
        {
            if (count > 0)
            {
                body.Run(0, count);
            }

            return;
        }

        int threads = Threads;
        For(threads > 1 ? Pool.Instance : null, threads, count, grain, body);
    }

    /// <summary>The same on a pool of the caller's choice; null is no pool at all.</summary>
    internal static void For<TBody>(WorkerPool? pool, int count, int grain, in TBody body)
        where TBody : struct, IRangeBody => For(pool, pool?.Threads ?? 1, count, grain, body);

    /// <summary>The same on at most so many threads, which the pool starts if it has fewer.</summary>
    internal static void For<TBody>(WorkerPool? pool, int threads, int count, int grain, in TBody body)
        where TBody : struct, IRangeBody
    {
        if (count > grain && pool is not null && pool.TryEnter())
        {
            // The workers use this copy in place. It is a local of a frame that outlives the loop, so nothing moves it, and
            // references inside it, if there are any, are reported to the garbage collector from here.
            TBody copy = body;
            pool.Run(count, grain, threads, Unsafe.AsPointer(ref copy), &Invoke<TBody>);
            return;
        }

        for (int start = 0, end; start < count; start = end)
        {
            // Written so that a sum cannot overflow close to the largest count.
            end = start + Math.Min(grain, count - start);
            body.Run(start, end);
        }
    }

    /// <summary>
    /// At most <paramref name="grain"/>, rounded up to a multiple of <paramref name="unit"/>, such that an even number of equal chunks
    /// covers <paramref name="count"/> items, as far as whole units allow: one chunk too many, or a short one, leaves a core waiting.
    /// For bodies whose results do not depend on where the chunks end.
    /// </summary>
    internal static int EvenGrain(int count, int grain, int unit = 1)
    {
        if (count <= grain)
        {
            return grain;
        }

        int chunks = ((count - 1) / grain) + 1;
        chunks += chunks & 1;
        return (((count - 1) / chunks / unit) + 1) * unit;
    }

    private static void Invoke<TBody>(void* body, int start, int end)
        where TBody : struct, IRangeBody
        => Unsafe.AsRef<TBody>(body).Run(start, end);

    // A class of its own, so that the threads are made by the first loop that needs them.
    private static class Pool
    {
        internal static readonly WorkerPool Instance = new(Threads - 1);
    }
}
