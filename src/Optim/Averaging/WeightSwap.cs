using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Averaged weights in place of the trained ones for a while; disposing puts the trained ones back, bit for bit.</summary>
/// <remarks>No step should be made meanwhile: what it changes is lost.</remarks>
public sealed class WeightSwap : IDisposable
{
    private readonly List<(UpdateRun Run, Tensor Saved)> _runs = [];
    private bool _ended;

    /// <summary>Swaps in.</summary>
    /// <param name="groups">Whose parameters.</param>
    /// <param name="averages">The weights for a stretch; null if the call has written them into the parameters itself.</param>
    internal WeightSwap(IEnumerable<ParameterGroup> groups, Func<UpdateRun, Operand?> averages)
        : this(groups.SelectMany(static group => group.Runs), averages)
    {
    }

    internal WeightSwap(IEnumerable<UpdateRun> runs, Func<UpdateRun, Operand?> averages)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        foreach (UpdateRun run in runs)
        {
            Tensor saved = Tensor.Zeros(run.Run.Length, run.DType, run.Device);
            StridedCopy.Run(saved.Operand, run.Values);
            _runs.Add((run, saved));
            run.CountChange();
            if (averages(run) is { } weights)
            {
                StridedCopy.Run(run.Values, weights);
            }
        }
    }

    /// <summary>Puts the trained weights back. Disposing twice does nothing.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            foreach ((UpdateRun run, Tensor saved) in _runs)
            {
                run.CountChange();
                StridedCopy.Run(run.Values, saved.Operand);
                saved.Dispose();
            }
        }
    }
}
