namespace DeepSharp;

/// <summary>Remembers the thread on which something was opened that only this thread can close.</summary>
internal readonly struct OwnThread()
{
    private readonly Thread _thread = Thread.CurrentThread;

    /// <summary>Throws if another thread is running.</summary>
    /// <param name="what">What was opened.</param>
    /// <exception cref="InvalidOperationException">Another thread closes it.</exception>
    internal void Require(string what)
    {
        if (!ReferenceEquals(_thread, Thread.CurrentThread))
        {
            throw new InvalidOperationException(
                $"{what}: it was opened on thread {_thread.ManagedThreadId} and is ended on thread {Environment.CurrentManagedThreadId}, where it "
                + "is not open. End it where it was opened; there must be no await in between.");
        }
    }
}
