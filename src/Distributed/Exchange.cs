using System.Diagnostics;

namespace DeepSharp.Distributed;

/// <summary>An exchange between ranks that has begun: the program goes on, and waits where it needs the result.</summary>
/// <remarks>Tensors that take part must neither be read, changed nor freed until <see cref="Wait"/> has returned.</remarks>
public sealed unsafe class Exchange
{
    // Waiting spins for some microseconds, then lets others compute, then sleeps in between.
    private const int Spins = 64;
    private const int Yields = 1000;
    private const uint Pause = 20;

    private readonly string _operation;
    private readonly Communicator _communicator;
    private readonly Action? _completed;
    private readonly object?[] _kept;
    private nint _request;
    private int _error;
    private volatile bool _isDone;
    private bool _isTaken;

    internal Exchange(Communicator communicator, string operation, Starter start, Action? completed, params object?[] kept)
    {
        (_communicator, _operation, _completed, _kept) = (communicator, operation, completed, kept);
        lock (Mpi.Gate)
        {
            nint request = 0;
            Mpi.Check(start(&request), operation);
            _request = request;
        }

        _ = Look();
        if (!_isDone)
        {
            Progress.Add(this);
        }
    }

    internal delegate int Starter(nint* request);

    /// <summary>Whether the result is there, so that <see cref="Wait"/> returns at once.</summary>
    public bool IsCompleted => _isDone || Look();

    internal bool IsDone => _isDone;

    /// <summary>Waits until the exchange is over and its result is where it belongs.</summary>
    /// <exception cref="MpiException">The library reports an error.</exception>
    /// <exception cref="TimeoutException">Nothing has come within <see cref="Communicator.Timeout"/>: another rank does something else, or hangs.</exception>
    public void Wait()
    {
        long began = Stopwatch.GetTimestamp();
        for (int looks = 0; !_isDone && !Look(); looks++)
        {
            if (looks < Spins)
            {
                Thread.SpinWait(20);
            }
            else if (looks < Yields)
            {
                _ = Thread.Yield();
            }
            else
            {
                _ = MpiFunctions.Sleep(Pause);
                if (Stopwatch.GetElapsedTime(began) > _communicator.Timeout)
                {
                    throw new TimeoutException(
                        $"{_operation}: {Mpi.Where()} has waited {_communicator.Timeout.TotalSeconds:0} s for the others. All ranks must make the same calls in the same "
                        + "order; if one is only slow, set Communicator.Timeout to more.");
                }
            }
        }

        if (!_isTaken)
        {
            _isTaken = true;
            Mpi.Check(_error, _operation);
            _completed?.Invoke();
            GC.KeepAlive(_kept);
        }
    }

    /// <summary>Moves the exchange on, and looks whether it is over.</summary>
    internal bool Look()
    {
        lock (Mpi.Gate)
        {
            if (_isDone)
            {
                return true;
            }

            nint request = _request;
            int code = MpiFunctions.Test(&request, out int flag, Mpi.Family.StatusIgnore);
            _request = request;
            if (code != 0 || flag != 0)
            {
                _error = code;
                _isDone = true;
            }

            return _isDone;
        }
    }
}
