using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>A stretch of flat memory that one launch updates: parameters of a group, their gradients and their state.</summary>
public sealed class UpdateRun
{
    private readonly Operand[] _stateOperands;
    private readonly Operand _gradients;
    private readonly bool[] _withoutGradient;

    internal UpdateRun(ParameterRun run, int slots, Func<int, double> initial)
    {
        Run = run;
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        State = [.. Enumerable.Range(0, slots).Select(_ => Tensor.Zeros(run.Length, DType, Device))];
        for (int slot = 0; slot < slots; slot++)
        {
            if (initial(slot) is not 0 and var value)
            {
                State[slot].Fill(value);
            }
        }

        _stateOperands = [.. State.Select(static tensor => tensor.Operand)];
        Values = run.Values;
        _gradients = run.Gradients;
        _withoutGradient = new bool[run.Members.Count];
    }

    /// <summary>The element type of the parameters, their gradients and their state.</summary>
    public DType DType => Run.Arena.Values.DType;

    /// <summary>Where they are.</summary>
    public Device Device => Run.Arena.Values.Device;

    internal ParameterRun Run { get; }

    internal Tensor[] State { get; }

    internal Operand Values { get; }

    internal Operand Gradients
    {
        get
        {
            SettleGradients();
            return _gradients;
        }
    }

    internal IReadOnlyList<Operand> StateOperands => _stateOperands;

    /// <summary>What happens to the gradients on their way into the rule.</summary>
    internal UpdateTreatment Treatment { get; set; }

    /// <summary>
    /// The parameters that are changed: all but those that were frozen after they had come here and, during a step, those that no gradient
    /// has reached since the last zeroing.
    /// </summary>
    internal IReadOnlyList<Parameter> Moved => LeavesOut ? [.. Run.Members.Where((_, i) => Moves(i))] : Run.Members;

    /// <summary>Whether frozen parameters are updated like the others: a mean goes on, a step does not.</summary>
    internal bool IncludesFrozen { get; init; }

    /// <summary>Whether a parameter has to be left out.</summary>
    internal bool LeavesOut
    {
        get
        {
            for (int i = 0; i < Run.Members.Count; i++)
            {
                if (!Moves(i))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Makes the rule's step: one launch, or one for each stretch between parameters that are frozen or have no gradient, which keep
    /// values and state.
    /// </summary>
    /// <param name="rule">The rule with this step's numbers; its slots are the state the optimizer named, in that order.</param>
    /// <exception cref="ArgumentException">The rule has another number of slots than the optimizer has named.</exception>
    public void Apply<TRule>(TRule rule)
        where TRule : unmanaged, IUpdateRule
    {
        if (TRule.Slots != _stateOperands.Length)
        {
            throw new ArgumentException(
                $"UpdateRun.Apply: {typeof(TRule).Name} has {TRule.Slots} slots of state, but StateNames of the optimizer names "
                + $"{_stateOperands.Length}. Name one for each slot.",
                nameof(rule));
        }

        Apply(rule, _stateOperands);
    }

    /// <summary>Notes which parameters have no gradient, so that until <see cref="EndStep"/> they are left out.</summary>
    internal void BeginStep()
    {
        for (int i = 0; i < _withoutGradient.Length; i++)
        {
            _withoutGradient[i] = !Run.Members[i].Leaf.HasGradient;
        }
    }

    /// <summary>What changes parameters from now on is no step.</summary>
    internal void EndStep() => Array.Clear(_withoutGradient);

    internal void ZeroGradients()
    {
        for (int i = 0; i < Run.Members.Count; i++)
        {
            Run.Members[i].Leaf.SetToZero();
        }
    }

    /// <summary>Fills with zeros the gradients that are zero only by note, before the flat memory is read.</summary>
    internal void SettleGradients()
    {
        for (int i = 0; i < Run.Members.Count; i++)
        {
            Run.Members[i].Leaf.Settle();
        }
    }

    /// <summary>Tells graphs that saved the parameters' values that these are no longer what they were.</summary>
    /// <param name="ofMoved">Whether only those are meant that a step moves.</param>
    internal void CountChange(bool ofMoved = false)
    {
        for (int i = 0; i < Run.Members.Count; i++)
        {
            if (!ofMoved || Moves(i))
            {
                Run.Members[i].CountChange();
            }
        }
    }

    /// <summary>Runs a rule with some of the state only.</summary>
    internal void Apply<TRule>(TRule rule, params ReadOnlySpan<Operand> state)
        where TRule : unmanaged, IUpdateRule
    {
        if (!LeavesOut)
        {
            UpdateKernel.Run(rule, Values, Gradients, state, Treatment);
            return;
        }

        int next = 0;
        while (next < Run.Members.Count)
        {
            int first = next;
            while (next < Run.Members.Count && Moves(next))
            {
                next++;
            }

            if (next == first)
            {
                next++;
                continue;
            }

            int start = Run.Members[first].ArenaOffset - Run.Start;
            int end = next < Run.Members.Count ? Run.Members[next].ArenaOffset - Run.Start : Run.Length;
            Operand[] parts = new Operand[state.Length];
            for (int slot = 0; slot < parts.Length; slot++)
            {
                parts[slot] = Part(state[slot], start, end);
            }

            UpdateKernel.Run(rule, Part(Values, start, end), Part(Gradients, start, end), parts, Treatment);
        }
    }

    private bool Moves(int member) => (IncludesFrozen || Run.Members[member].IsTrainable) && !_withoutGradient[member];

    private static Operand Part(in Operand flat, int start, int end) =>
        flat with { Offset = flat.Offset + start, Dims = [end - start] };

    /// <summary>Flat memory of the stretch's length, zero and outside all scopes.</summary>
    internal Tensor Scratch()
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return Tensor.Zeros(Run.Length, DType, Device);
    }

    /// <summary>A parameter's part of a flat tensor that runs along, in the parameter's shape.</summary>
    internal Tensor View(Tensor flat, Parameter parameter) =>
        flat.Narrow(0, parameter.ArenaOffset - Run.Start, parameter.Count).Reshape(parameter.Shape);
}
