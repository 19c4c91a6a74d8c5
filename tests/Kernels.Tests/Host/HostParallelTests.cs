using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels.Tests.Host;

/// <summary>Loops over all cores: every index once, whatever happens at the same time.</summary>
public sealed unsafe class HostParallelTests : IDisposable
{
    // More threads than the machine may have, so that hand-over is exercised everywhere.
    private readonly WorkerPool _pool = new(3);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Every_index_is_visited_exactly_once()
    {
        int[] counts = [0, 1, 2, 3, 7, 16, 63, 64, 65, 1000, 4097];
        int[] grains = [1, 2, 3, 16, 63, 64, 5000];
        foreach (int count in counts)
        {
            foreach (int grain in grains)
            {
                AssertEachOnce(null, count, grain);
                AssertEachOnce(_pool, count, grain);
            }
        }
    }

    [Fact]
    public void Every_index_is_visited_exactly_once_in_many_short_loops()
    {
        for (int i = 0; i < 20_000; i++)
        {
            AssertEachOnce(_pool, 2 + (i % 40), 1 + (i % 3));
        }
    }

    [Fact]
    public void Every_index_is_visited_exactly_once_when_the_workers_had_gone_to_sleep()
    {
        for (int i = 0; i < 40; i++)
        {
            Thread.Sleep(i % 3);
            AssertEachOnce(_pool, 100, 7);
        }
    }

    [Theory]
    [InlineData(32, 10, 1, 8)]
    [InlineData(128, 10, 1, 10)]
    [InlineData(25_450, 16_384, 64, 12_736)]
    [InlineData(16_385, 16_384, 64, 8_256)]
    [InlineData(32_768, 16_384, 64, 16_384)]
    [InlineData(40, 50, 1, 50)]
    [InlineData(0, 50, 1, 50)]
    [InlineData(int.MaxValue, 16_384, 64, 16_384)]
    public void Chunks_are_evened_out(int count, int grain, int unit, int expected)
        => Assert.Equal(expected, HostParallel.EvenGrain(count, grain, unit));

    [Fact]
    public void The_shared_pool_visits_every_index_exactly_once()
    {
        byte[] visits = new byte[10_000];
        fixed (byte* start = visits)
        {
            HostParallel.For(visits.Length, 64, new Mark(start));
        }

        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Theory]
    [InlineData(100, 7)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    public void Chunks_depend_on_count_and_grain_only(int count, int grain)
    {
        var serial = new SortedSet<(int, int)>();
        var shared = new SortedSet<(int, int)>();
        HostParallel.For(null, count, grain, new Record(serial));
        HostParallel.For(_pool, count, grain, new Record(shared));
        Assert.Equal(serial, shared);
        Assert.Equal((count + grain - 1) / grain, serial.Count);
    }

    [Fact]
    public void A_count_close_to_the_largest_does_not_overflow()
    {
        var shared = new SortedSet<(int, int)>();
        HostParallel.For(_pool, int.MaxValue, 1 << 30, new Record(shared));
        Assert.Equal([(0, 1 << 30), (1 << 30, int.MaxValue)], shared);
        shared.Clear();
        HostParallel.For(null, int.MaxValue, 1 << 30, new Record(shared));
        Assert.Equal([(0, 1 << 30), (1 << 30, int.MaxValue)], shared);
    }

    [Fact]
    public void Several_threads_really_work_on_one_loop()
    {
        // Each item waits for the other to start: with one thread this would never end.
        using Barrier barrier = new(2);
        HostParallel.For(_pool, 2, 1, new Meet(barrier));
        Assert.Equal(1, barrier.CurrentPhaseNumber);
    }

    [Fact]
    public void A_loop_inside_a_loop_runs_on_the_thread_it_stands_on()
    {
        int[] sums = new int[50];
        fixed (int* start = sums)
        {
            HostParallel.For(_pool, sums.Length, 1, new Nest(_pool, start));
        }

        Assert.All(sums, sum => Assert.Equal(4950, sum));
    }

    [Fact]
    public void Loops_of_several_threads_at_once_are_all_complete()
    {
        Thread[] threads = new Thread[4];
        int failures = 0;
        for (int t = 0; t < threads.Length; t++)
        {
            threads[t] = new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < 2000; i++)
                    {
                        AssertEachOnce(_pool, 3 + (i % 50), 2);
                    }
                }
                catch (Xunit.Sdk.XunitException)
                {
                    Interlocked.Increment(ref failures);
                }
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(0, failures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(63)]
    public void An_exception_reaches_the_caller_and_the_pool_lives_on(int bad)
    {
        for (int i = 0; i < 50; i++)
        {
            var e = Assert.Throws<InvalidOperationException>(() => HostParallel.For(_pool, 64, 1, new ThrowAt(bad)));
            Assert.Equal($"item {bad}", e.Message);
            AssertEachOnce(_pool, 64, 1);
        }
    }

    [Fact]
    public void An_exception_on_a_worker_reaches_the_caller()
    {
        int caller = Environment.CurrentManagedThreadId;
        using Barrier barrier = new(2);
        var e = Assert.Throws<InvalidOperationException>(() => HostParallel.For(_pool, 2, 1, new ThrowElsewhere(barrier, caller)));
        Assert.Equal("not on the caller's thread", e.Message);
    }

    [Fact]
    public void No_more_threads_than_asked_for_take_part_and_a_pool_grows_where_it_has_fewer()
    {
        // All six meet at the barrier, or it would wait for ever; the pool began with three workers.
        using Barrier barrier = new(6);
        HostParallel.For(_pool, 6, 6, 1, new Meet(barrier));
        Assert.Equal(6, _pool.Threads);
        foreach (int threads in (int[])[1, 2, 4])
        {
            for (int turn = 0; turn < 50; turn++)
            {
                ConcurrentDictionary<int, bool> seen = [];
                HostParallel.For(_pool, threads, 64, 1, new Note(seen));
                Assert.InRange(seen.Count, 1, threads);
            }
        }

        Assert.Equal(6, _pool.Threads);
    }

    [Fact]
    public void A_loop_allocates_nothing()
    {
        byte[] visits = new byte[1024];
        fixed (byte* start = visits)
        {
            HostParallel.For(_pool, visits.Length, 16, new Mark(start));
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                HostParallel.For(_pool, visits.Length, 16, new Mark(start));
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void AssertEachOnce(WorkerPool? pool, int count, int grain)
    {
        byte* visits = stackalloc byte[Math.Max(1, count)];
        Unsafe.InitBlock(visits, 0, (uint)count);
        HostParallel.For(pool, count, grain, new Mark(visits));
        for (int i = 0; i < count; i++)
        {
            Assert.True(visits[i] == 1, $"Index {i} of {count} in chunks of {grain} was visited {visits[i]} times.");
        }
    }

    private readonly struct Mark(byte* visits) : IRangeBody
    {
        private readonly byte* _visits = visits;

        public void Run(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                _visits[i]++;
            }
        }
    }

    private readonly struct Record(SortedSet<(int Start, int End)> ranges) : IRangeBody
    {
        public void Run(int start, int end)
        {
            lock (ranges)
            {
                ranges.Add((start, end));
            }
        }
    }

    private readonly struct Meet(Barrier barrier) : IRangeBody
    {
        public void Run(int start, int end) => barrier.SignalAndWait();
    }

    private readonly struct Note(ConcurrentDictionary<int, bool> seen) : IRangeBody
    {
        public void Run(int start, int end)
        {
            seen[Environment.CurrentManagedThreadId] = true;
            Thread.SpinWait(200);
        }
    }

    private readonly struct Nest(WorkerPool pool, int* sums) : IRangeBody
    {
        private readonly int* _sums = sums;

        public void Run(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                HostParallel.For(pool, 100, 9, new Sum(_sums + i));
            }
        }
    }

    // Without a lock: right only if its loop stays on one thread.
    private readonly struct Sum(int* sum) : IRangeBody
    {
        private readonly int* _sum = sum;

        public void Run(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                *_sum += i;
            }
        }
    }

    private readonly struct ThrowAt(int bad) : IRangeBody
    {
        public void Run(int start, int end)
        {
            if (start <= bad && bad < end)
            {
                throw new InvalidOperationException($"item {bad}");
            }
        }
    }

    private readonly struct ThrowElsewhere(Barrier barrier, int caller) : IRangeBody
    {
        public void Run(int start, int end)
        {
            barrier.SignalAndWait();
            if (Environment.CurrentManagedThreadId != caller)
            {
                throw new InvalidOperationException("not on the caller's thread");
            }
        }
    }
}
