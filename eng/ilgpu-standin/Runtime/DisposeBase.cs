namespace ILGPU.Util;

/// <summary>An object with memory or threads of its own.</summary>
public abstract class DisposeBase : IDisposable
{
    private int _disposed;

    private protected DisposeBase()
    {
    }

    ~DisposeBase() => DisposeOnce(disposing: false);

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public void Dispose()
    {
        DisposeOnce(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);

    private void DisposeOnce(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Dispose(disposing);
        }
    }
}
