using System.Runtime.CompilerServices;

namespace ILGPU.Execution;

/// <summary>A thread of a group, as its kernel sees it.</summary>
internal sealed class Lane(GroupRunner runner)
{
    [ThreadStatic]
    private static Lane? t_current;

    private readonly Scratch _local = new(runner.Accelerator);
    private int _localCount;
    private int _sharedCount;
    private int _voteCount;

    /// <summary>The lane that this host thread runs at the moment.</summary>
    public static Lane Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? ThrowOutside();
    }

    public Index3D GridDim { get; private set; }

    public Index3D GroupDim { get; private set; }

    public Index3D Grid { get; private set; }

    public Index3D Group { get; private set; }

    /// <summary>The place in the group, counted X first.</summary>
    public int Number { get; private set; }

    /// <summary>Wakes the lane: one of a group runs at a time, and hands on to the next.</summary>
    public AutoResetEvent Baton { get; } = new(false);

    public static int Linear(Index3D index, Index3D extent) => index.X + (extent.X * (index.Y + (extent.Y * index.Z)));

    public static void SetCurrent(Lane? lane) => t_current = lane;

    public void Begin(in KernelConfig config, Index3D grid, int number)
    {
        GridDim = config.GridDim;
        GroupDim = config.GroupDim;
        Grid = grid;
        Group = config.GroupDim.X > number ? new Index3D(number, 0, 0) : Index3D.FromLinear(number, config.GroupDim);
        Number = number;
        _localCount = 0;
        _sharedCount = 0;
        _voteCount = 0;
        _local.Clear();
    }

    public void Barrier() => runner.Barrier(this);

    public (int Yes, int All) Vote(bool predicate) => runner.Vote(this, _voteCount++, predicate);

    public ArrayView<T> AllocateShared<T>(int length)
        where T : unmanaged => runner.Shared.Get<T>(_sharedCount++, length);

    public ArrayView<T> AllocateLocal<T>(int length)
        where T : unmanaged => _local.Get<T>(_localCount++, length);

    public ArrayView<T> DynamicShared<T>()
        where T : unmanaged => runner.DynamicShared<T>();

    private static Lane ThrowOutside() => throw new InvalidKernelOperationException("This can only be used by a running kernel.");
}
