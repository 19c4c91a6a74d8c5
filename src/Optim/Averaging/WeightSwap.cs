using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Averaged weights in place of the trained ones for a while; disposing puts the trained ones back, bit for bit.</summary>
/// <remarks>
/// No step should be made meanwhile: what it changes is lost. Of several swaps of the same parameters, the last one shows its weights, and they
/// may end in any order: with the last of them the trained weights are back.
/// </remarks>
public sealed class WeightSwap : IDisposable
{
    // The swaps that are open on a parameter, oldest first.
    private static readonly ConditionalWeakTable<Parameter, List<WeightSwap>> s_open = [];

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
            foreach (Parameter parameter in run.Run.Members)
            {
                s_open.GetOrCreateValue(parameter).Add(this);
            }

            run.CountChange();
            if (averages(run) is { } weights)
            {
                StridedCopy.Run(run.Values, weights);
            }
        }
    }

    /// <summary>Puts back what was there before. Disposing twice does nothing.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        foreach ((UpdateRun run, Tensor saved) in _runs)
        {
            if (run.Run.Members.All(parameter => s_open.GetOrCreateValue(parameter)[^1] == this))
            {
                run.CountChange();
                StridedCopy.Run(run.Values, saved.Operand);
            }
            else
            {
                foreach (Parameter parameter in run.Run.Members)
                {
                    HandBack(parameter, run.View(saved, parameter));
                }
            }

            foreach (Parameter parameter in run.Run.Members)
            {
                s_open.GetOrCreateValue(parameter).Remove(this);
            }

            saved.Dispose();
        }
    }

    // To the parameter; if another swap was opened on it since, to what that one will put back.
    private void HandBack(Parameter parameter, Tensor saved)
    {
        using TensorScope scope = Tensor.Scope();
        List<WeightSwap> open = s_open.GetOrCreateValue(parameter);
        int next = open.IndexOf(this) + 1;
        (next < open.Count ? open[next].Saved(parameter) : parameter).CopyFrom(saved);
    }

    private Tensor Saved(Parameter parameter)
    {
        (UpdateRun run, Tensor saved) = _runs.Find(pair => pair.Run.Run.Members.Contains(parameter));
        return run.View(saved, parameter);
    }
}
