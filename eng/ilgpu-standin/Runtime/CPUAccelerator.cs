using ILGPU.Execution;

namespace ILGPU.Runtime.CPU;

/// <summary>Runs kernels on host threads.</summary>
public sealed class CPUAccelerator : Accelerator
{
    private readonly Lock _launchLock = new();
    private readonly GroupRunner[] _runners;

    internal CPUAccelerator(Context context, CPUDevice device)
        : base(context, device)
    {
        ArgumentNullException.ThrowIfNull(context);
        DefaultStream = new CPUStream(this);
        _runners = new GroupRunner[device.NumMultiprocessors];
        for (int i = 0; i < _runners.Length; i++)
        {
            _runners[i] = new GroupRunner(this);
        }
    }

    public override AcceleratorStream DefaultStream { get; }

    public int NumThreads => ((CPUDevice)Device).NumThreads;

    /// <summary>Runs a kernel to its end. As on one multiprocessor of a GPU, the groups of a multiprocessor run in turn.</summary>
    internal void Launch(KernelConfig config, Action body)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Check(config);
        lock (_launchLock)
        {
            long groups = config.GridDim.LongSize;
            long share = (groups + _runners.Length - 1) / _runners.Length;
            if (_runners.Length == 1)
            {
                _runners[0].Run(config, body, 0, groups);
            }
            else
            {
                Parallel.For(0, _runners.Length, i => _runners[i].Run(config, body, i * share, Math.Min(groups, (i + 1) * share)));
            }

            foreach (GroupRunner runner in _runners)
            {
                runner.ThrowFailure();
            }
        }
    }

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (GroupRunner runner in _runners)
        {
            runner.Dispose();
        }
    }

    private void Check(KernelConfig config)
    {
        if (!config.GridDim.InBoundsInclusive(MaxGridSize))
        {
            throw new ArgumentOutOfRangeException(nameof(config), $"The grid {config.GridDim} is larger than {MaxGridSize}.");
        }

        if (!config.GroupDim.InBoundsInclusive(MaxGroupSize))
        {
            throw new ArgumentOutOfRangeException(nameof(config), $"The group {config.GroupDim} is larger than {MaxGroupSize}.");
        }

        if (!config.IsValid)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"A launch of the grid {config.GridDim} of groups of {config.GroupDim} has no threads.");
        }

        if (config.GroupDim.LongSize > MaxNumThreadsPerGroup)
        {
            throw new NotSupportedException(
                $"A group of {config.GroupDim} has more than the {MaxNumThreadsPerGroup} threads that the device allows.");
        }
    }
}
