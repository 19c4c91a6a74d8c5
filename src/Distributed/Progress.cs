namespace DeepSharp.Distributed;

/// <summary>The thread that moves exchanges on while others compute: MPI does nothing for one that has begun unless somebody looks.</summary>
internal static class Progress
{
    // Looks that find nothing are paid for by whoever computes beside them: after a few it sleeps between them.
    private const int Eager = 50;
    private const uint Pause = 100;

    private static readonly Lock s_lock = new();
    private static readonly List<Exchange> s_open = [];
    private static readonly SemaphoreSlim s_work = new(0);
    private static Thread? s_thread;
    private static volatile bool s_stopped;

    /// <summary>Takes an exchange that has begun.</summary>
    internal static void Add(Exchange exchange)
    {
        if (!Mpi.HasThreads)
        {
            return;
        }

        lock (s_lock)
        {
            s_open.Add(exchange);
            if (s_thread is null)
            {
                s_thread = new Thread(Run) { IsBackground = true, Name = "DeepSharp MPI progress" };
                s_thread.Start();
            }

            if (s_open.Count == 1)
            {
                s_work.Release();
            }
        }
    }

    /// <summary>Ends the thread.</summary>
    internal static void Stop()
    {
        s_stopped = true;
        s_work.Release();
        s_thread?.Join();
    }

    private static void Run()
    {
        int idle = 0;
        while (!s_stopped)
        {
            Exchange[] open;
            lock (s_lock)
            {
                open = [.. s_open];
            }

            if (open.Length == 0)
            {
                s_work.Wait();
                idle = 0;
                continue;
            }

            bool any = false;
            foreach (Exchange exchange in open)
            {
                // What somebody waits for is looked at by them. An error is thrown to whoever waits.
                if (exchange.IsDone)
                {
                    any = true;
                    lock (s_lock)
                    {
                        _ = s_open.Remove(exchange);
                    }
                }
                else
                {
                    any |= exchange.Look();
                }
            }

            idle = any ? 0 : idle + 1;
            if (idle < Eager)
            {
                _ = Thread.Yield();
            }
            else
            {
                _ = MpiFunctions.Sleep(Pause);
            }
        }
    }
}
