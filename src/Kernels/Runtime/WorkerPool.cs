using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>Background threads that help with one loop at a time.</summary>
/// <remarks>
/// A loop is published by raising the epoch, and joined and left through the gate: one word that holds whether the loop is open
/// and how many workers are inside. The caller closes the gate when no chunk is left and waits for the workers inside, so a
/// worker that comes late finds the gate closed and never sees the caller's frame. Nobody waits for a worker that has not come:
/// with the other cores busy, a loop takes as long as it takes the caller alone. A worker looks out for the next loop for some
/// tens of microseconds, then sleeps.
/// <para>
/// Every thread has a range of the chunks of its own, always the same for loops of the same size, and helps with the others' when
/// it is through: what one loop left in a core's cache is there for the next, and memory is read in long runs.
/// </para>
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>The most threads worth having; the loops here are bound by memory well before.</summary>
    internal const int MaxThreads = 64;

    private const int Open = 1 << 30;

    // How long a worker looks out for work before it sleeps. Waking a thread costs 5 to 50 microseconds; the gaps between the
    // loops of a training step are shorter than this.
    private static readonly long s_patience = Stopwatch.Frequency / 10_000;

    private readonly Board* _board;
    private readonly Share* _shares;
    private Thread[] _workers = [];
    private readonly SemaphoreSlim _wake = new(0);
    private ExceptionDispatchInfo? _error;
    private bool _stopping;

    /// <summary>Starts <paramref name="workers"/> threads.</summary>
    internal WorkerPool(int workers)
    {
        _board = (Board*)NativeMemory.AlignedAlloc((nuint)sizeof(Board), Board.Line);
        *_board = default;
        _shares = (Share*)NativeMemory.AlignedAlloc((nuint)(MaxThreads * sizeof(Share)), Board.Line);
        Grow(workers);
    }

    /// <summary>The number of threads that can share a loop, the caller included.</summary>
    internal int Threads => _workers.Length + 1;

    /// <summary>Ends the threads. No loop may be running.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        Interlocked.Increment(ref _board->Epoch);
        Wake(_workers.Length);
        foreach (Thread worker in _workers)
        {
            worker.Join();
        }

        _wake.Dispose();
        NativeMemory.AlignedFree(_shares);
        NativeMemory.AlignedFree(_board);
    }

    /// <summary>Takes the pool for one loop; false if it has one already.</summary>
    internal bool TryEnter() => Volatile.Read(ref _board->Busy) == 0 && Interlocked.CompareExchange(ref _board->Busy, 1, 0) == 0;

    /// <summary>
    /// Runs a loop of more than one chunk on at most so many threads, which are started if there are fewer, and gives the pool back. Call it after
    /// <see cref="TryEnter"/> only.
    /// </summary>
    internal void Run(int count, int grain, int threads, void* body, delegate*<void*, int, int, void> invoke)
    {
        if (threads > Threads)
        {
            Grow(threads - 1);
        }

        Board* board = _board;
        int chunks = ((count - 1) / grain) + 1;
        board->Body = body;
        board->Invoke = invoke;
        board->Count = count;
        board->Grain = grain;
        int shares = Math.Min(chunks, threads);
        board->Shares = shares;
        for (int i = 0; i < shares; i++)
        {
            _shares[i].Next = (int)((long)chunks * i / shares);
            _shares[i].End = (int)((long)chunks * (i + 1) / shares);
        }

        Volatile.Write(ref board->Gate, Open);
        Interlocked.Increment(ref board->Epoch);
        Wake(shares - 1);
        Take(0);

        // No chunk is left: nobody else may come in, and the ones inside finish theirs.
        if (Interlocked.Add(ref board->Gate, -Open) != 0)
        {
            SpinWait wait = default;
            for (int spins = 0; Volatile.Read(ref board->Gate) != 0; spins++)
            {
                if (spins < 2000)
                {
                    Pause();
                }
                else
                {
                    // The worker has lost its core, perhaps to this very loop.
                    wait.SpinOnce(sleep1Threshold: -1);
                }
            }
        }

        ExceptionDispatchInfo? error = _error;
        _error = null;
        Volatile.Write(ref board->Busy, 0);
        error?.Throw();
    }

    private void Grow(int workers)
    {
        int first = _workers.Length;
        Array.Resize(ref _workers, workers);
        for (int i = first; i < workers; i++)
        {
            int number = i + 1;
            _workers[i] = new Thread(() => Work(number)) { IsBackground = true, Name = $"DeepSharp worker {number}" };

            // Not Start, which would tell the threads, for as long as they live, of the call that happened to need them first.
            _workers[i].UnsafeStart();
        }
    }

    // Takes chunks until none is left, from this thread's range first: number 0 is the caller, the others are the workers.
    private void Take(int number)
    {
        Board* board = _board;
        int shares = board->Shares;
        try
        {
            int grain = board->Grain;
            int count = board->Count;
            void* body = board->Body;
            delegate*<void*, int, int, void> invoke = board->Invoke;
            for (int i = 0; i < shares; i++)
            {
                Share* share = _shares + ((number + i) % shares);
                int end = share->End;

                // Looking first keeps a line that is used up shared; and a counter that is never raised past its end by more than
                // the number of threads cannot overflow.
                while (Volatile.Read(ref share->Next) < end)
                {
                    int chunk = Interlocked.Increment(ref share->Next) - 1;
                    if (chunk >= end)
                    {
                        break;
                    }

                    int start = chunk * grain;
                    invoke(body, start, start + Math.Min(grain, count - start));
                }
            }
        }
#pragma warning disable CA1031 // Whatever a body throws belongs to the caller of the loop.
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            for (int i = 0; i < shares; i++)
            {
                Volatile.Write(ref _shares[i].Next, _shares[i].End);
            }
        }
#pragma warning restore CA1031
    }

    private void Work(int number)
    {
        Board* board = _board;
        int seen = 0;
        while (true)
        {
            seen = Await(seen);
            if (Volatile.Read(ref _stopping))
            {
                return;
            }

            int gate = Volatile.Read(ref board->Gate);
            while (gate >= Open && gate - Open < board->Shares - 1)
            {
                int found = Interlocked.CompareExchange(ref board->Gate, gate + 1, gate);
                if (found == gate)
                {
                    Take(number);
                    Interlocked.Decrement(ref board->Gate);
                    break;
                }

                gate = found;
            }
        }
    }

    // Returns the new epoch once there is one.
    private int Await(int seen)
    {
        Board* board = _board;
        while (true)
        {
            long deadline = Stopwatch.GetTimestamp() + s_patience;
            do
            {
                for (int i = 0; i < 50; i++)
                {
                    int epoch = Volatile.Read(ref board->Epoch);
                    if (epoch != seen)
                    {
                        return epoch;
                    }

                    Pause();
                }
            }
            while (Stopwatch.GetTimestamp() < deadline);

            Interlocked.Increment(ref board->Parked);
            if (Volatile.Read(ref board->Epoch) == seen || !TakeParked())
            {
                _wake.Wait();
            }
        }
    }

    // Wakes sleepers until as many workers as wanted are up.
    private void Wake(int wanted)
    {
        int parked = Volatile.Read(ref _board->Parked);
        for (int more = Math.Min(wanted, _workers.Length) - (_workers.Length - parked); more > 0 && TakeParked(); more--)
        {
            _wake.Release();
        }
    }

    // Whoever takes one off the number of sleepers has to wake one, or is the one.
    private bool TakeParked()
    {
        int parked = Volatile.Read(ref _board->Parked);
        while (parked > 0)
        {
            int found = Interlocked.CompareExchange(ref _board->Parked, parked - 1, parked);
            if (found == parked)
            {
                return true;
            }

            parked = found;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pause()
    {
        if (X86Base.IsSupported)
        {
            X86Base.Pause();
        }
        else if (ArmBase.IsSupported)
        {
            ArmBase.Yield();
        }
        else
        {
            Thread.SpinWait(1);
        }
    }

    // What threads write at different moments stands on different cache lines; two lines each, since processors fetch pairs.
    [StructLayout(LayoutKind.Explicit, Size = 4 * Line)]
    private struct Board
    {
        internal const int Line = 128;

        [FieldOffset(0)]
        internal int Epoch;

        [FieldOffset(4)]
        internal int Count;

        [FieldOffset(8)]
        internal int Grain;

        [FieldOffset(16)]
        internal int Shares;

        [FieldOffset(24)]
        internal void* Body;

        [FieldOffset(32)]
        internal delegate*<void*, int, int, void> Invoke;

        [FieldOffset(Line)]
        internal int Gate;

        [FieldOffset(2 * Line)]
        internal int Parked;

        [FieldOffset(3 * Line)]
        internal int Busy;
    }

    // The chunks of one thread that nobody has taken.
    [StructLayout(LayoutKind.Explicit, Size = Board.Line)]
    private struct Share
    {
        [FieldOffset(0)]
        internal int Next;

        [FieldOffset(4)]
        internal int End;
    }
}
