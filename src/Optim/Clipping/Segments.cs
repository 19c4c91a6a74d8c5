using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>The parameters of a stretch as segments, for rules that need norms of whole parameters.</summary>
internal sealed class Segments
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly SegmentTable _table;
    private readonly Tensor _numbers;
    private readonly Dictionary<string, Tensor> _results = [];

    internal Segments(UpdateRun run)
    {
        int offset = run.Run.Start;
        _parameters = run.Moved;
        _table = new SegmentTable([.. _parameters.Select(p => (p.ArenaOffset - offset, ParameterArena.Padded(p.Count)))]);
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        _numbers = Tensor.From(_table.Numbers, new Shape(_table.Numbers.Length), run.Device);
    }

    /// <summary>These segments, or others if other parameters are to be changed.</summary>
    internal Segments Now(UpdateRun run) =>
        _parameters.Count == run.Run.Members.Count && !run.LeavesOut || _parameters.SequenceEqual(run.Moved) ? this : new Segments(run);

    /// <summary>A number for each parameter; the memory is kept from step to step by its name.</summary>
    internal Tensor Result(UpdateRun run, string name)
    {
        if (!_results.TryGetValue(name, out Tensor? result))
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            result = Tensor.Zeros(_table.SegmentCount, run.DType, run.Device);
            _results.Add(name, result);
        }

        return result;
    }

    /// <summary>Reduces each parameter's part of some flat memory: two launches on a GPU.</summary>
    internal void Reduce<TOp>(TOp op, Tensor output, in Operand input)
        where TOp : unmanaged, IReduction
    {
        if (_parameters.Count > 0)
        {
            Segmented.Reduce(op, output.Operand, input, _table, _numbers.Operand);
        }
    }

    /// <summary>Runs a rule with a number for each parameter: one launch.</summary>
    internal void Apply<TRule>(TRule rule, in Operand values, in Operand gradients, Operand? state, Tensor factors, Operand? go)
        where TRule : unmanaged, ISegmentRule
    {
        if (_parameters.Count > 0)
        {
            Segmented.Update(rule, values, gradients, state, factors.Operand, _table, _numbers.Operand, go);
        }
    }

    /// <summary>Limits the norm of each parameter's gradient, in place.</summary>
    internal void Clip(UpdateRun run, GradientClipping clipping)
    {
        Tensor norms = Result(run, "norm");
        switch (clipping.Norm)
        {
            case 1:
                Reduce(default(SumOfMagnitudes), norms, run.Gradients);
                break;
            case 2:
                Reduce(default(SumOfSquares), norms, run.Gradients);
                break;
            default:
                Reduce(default(LargestMagnitude), norms, run.Gradients);
                break;
        }

        Apply(new ClipRule(clipping.Limit, clipping.Norm == 2 ? 1 : 0), run.Gradients, run.Gradients, null, norms, run.Treatment.Go);
    }

    internal readonly struct ClipRule(double limit, int squared) : ISegmentRule
    {
        private readonly double _limit = limit;
        private readonly int _squared = squared;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, T factor, ref T state)
            where T : unmanaged, IReal<T>
        {
            T norm = factor;
            if (_squared != 0)
            {
                norm = T.Sqrt(factor);
            }

            T one = 1;
            value = gradient * T.Min(one, _limit / (norm + 1e-6));
        }
    }
}
