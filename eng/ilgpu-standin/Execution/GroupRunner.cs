using System.Runtime.ExceptionServices;
using ILGPU.Runtime;

namespace ILGPU.Execution;

/// <summary>
/// Runs groups one after the other, and the threads (lanes) of a group one at a time.
/// </summary>
/// <remarks>
/// A group starts on the calling thread, lane by lane. If it meets no barrier, that is all. The first lane that meets one
/// waits there, and each later lane gets a host thread of its own, so that it can wait too. From then on the lanes hand a
/// baton round: whoever reaches a barrier or its end passes it to the next lane in order that is not at its end. When the
/// baton comes back, all lanes have reached the barrier. The order is always the same, and so are results.
/// </remarks>
internal sealed class GroupRunner : IDisposable
{
    private const int WorkerStackSize = 1 << 20;

    private readonly Lane _host;
    private readonly List<Lane> _workers = [];
    private readonly Scratch _dynamic;
    private readonly (int Yes, int All)[] _votes = new (int, int)[3];
    private readonly AutoResetEvent _groupDone = new(false);
    private Lane?[] _lanes = [];
    private bool[] _ended = [];
    private KernelConfig _config;
    private Action _body = static () => { };
    private Index3D _grid;
    private int _live;
    private int _usedWorkers;
    private bool _handsRound;
    private volatile bool _disposed;
    private ExceptionDispatchInfo? _failure;

    public GroupRunner(Accelerator accelerator)
    {
        Accelerator = accelerator;
        Shared = new Scratch(accelerator);
        _dynamic = new Scratch(accelerator);
        _host = new Lane(this);
    }

    public Accelerator Accelerator { get; }

    public Scratch Shared { get; }

    /// <summary>Runs the groups from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    public void Run(in KernelConfig config, Action body, long first, long end)
    {
        _config = config;
        _body = body;
        _failure = null;
        int size = config.GroupDim.Size;
        if (_lanes.Length < size)
        {
            _lanes = new Lane[size];
            _ended = new bool[size];
        }

        Lane.SetCurrent(_host);
        for (long group = first; group < end && _failure is null; group++)
        {
            RunGroup(Index3D.FromLinear(group, config.GridDim), size);
        }

        Lane.SetCurrent(null);
        _body = static () => { };
    }

    /// <summary>Throws what a lane has thrown.</summary>
    public void ThrowFailure()
    {
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    public void Barrier(Lane lane)
    {
        if (!_handsRound)
        {
            _handsRound = true;
            _usedWorkers = 0;
            _live = _config.GroupDim.Size - lane.Number;
            Array.Fill(_ended, true, 0, lane.Number);
            Array.Fill(_ended, false, lane.Number, _live);
            Array.Clear(_lanes);
            _lanes[lane.Number] = lane;
        }

        int next = Next(lane.Number);
        if (next != lane.Number)
        {
            Hand(next);
            lane.Baton.WaitOne();
        }

        if (_failure is not null)
        {
            throw new AbortedException();
        }
    }

    /// <summary>A barrier that counts the lanes and those that say yes.</summary>
    /// <remarks>
    /// Lanes are at most one vote apart. Three counters are enough: this vote's, the last one's, which may still be read, and
    /// the next one's, which nobody uses and is cleared.
    /// </remarks>
    public (int Yes, int All) Vote(Lane lane, int number, bool predicate)
    {
        _votes[(number + 1) % 3] = default;
        ref (int Yes, int All) vote = ref _votes[number % 3];
        vote.Yes += predicate ? 1 : 0;
        vote.All++;
        Barrier(lane);
        return vote;
    }

    public unsafe ArrayView<T> DynamicShared<T>()
        where T : unmanaged => _dynamic.Get<T>(0, _config.SharedMemoryConfig.ArraySize / sizeof(T));

    public void Dispose()
    {
        _disposed = true;
        foreach (Lane worker in _workers)
        {
            worker.Baton.Set();
        }
    }

    private void RunGroup(Index3D grid, int size)
    {
        _grid = grid;
        _handsRound = false;
        _votes.AsSpan().Clear();
        Shared.Clear();
        _dynamic.Clear();
        for (int number = 0; number < size && _failure is null && !_handsRound; number++)
        {
            _host.Begin(_config, grid, number);
            RunLane(_host);
        }

        if (_handsRound && !End(_host))
        {
            Hand(Next(_host.Number));
            _groupDone.WaitOne();
        }
    }

    private void RunLane(Lane lane)
    {
        try
        {
            _body();
        }
        catch (AbortedException)
        {
            // Another lane has failed, and this one only had to leave its barrier.
        }
        catch (Exception error)
        {
            _failure ??= ExceptionDispatchInfo.Capture(error);
        }
    }

    private void Work(Lane lane)
    {
        Lane.SetCurrent(lane);
        while (true)
        {
            lane.Baton.WaitOne();
            if (_disposed)
            {
                return;
            }

            if (_failure is null)
            {
                RunLane(lane);
            }

            if (End(lane))
            {
                _groupDone.Set();
            }
            else
            {
                Hand(Next(lane.Number));
            }
        }
    }

    // Whether the group has come to its end with this lane.
    private bool End(Lane lane)
    {
        _ended[lane.Number] = true;
        return --_live == 0;
    }

    // The next lane in order that has not come to its end.
    private int Next(int number)
    {
        int size = _config.GroupDim.Size;
        do
        {
            number = number + 1 == size ? 0 : number + 1;
        }
        while (_ended[number]);
        return number;
    }

    private void Hand(int number)
    {
        if (_lanes[number] is not { } lane)
        {
            if (_usedWorkers == _workers.Count)
            {
                _workers.Add(StartWorker());
            }

            lane = _workers[_usedWorkers++];
            lane.Begin(_config, _grid, number);
            _lanes[number] = lane;
        }

        lane.Baton.Set();
    }

    private Lane StartWorker()
    {
        Lane lane = new(this);
        new Thread(() => Work(lane), WorkerStackSize) { IsBackground = true, Name = "ILGPU stand-in" }.Start();
        return lane;
    }

    /// <summary>Takes a lane out of its barrier after another one has failed.</summary>
    private sealed class AbortedException : Exception
    {
    }
}
