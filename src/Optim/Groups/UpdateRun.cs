using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>A stretch of flat memory that one launch updates: parameters of a group, their gradients and their state.</summary>
public sealed class UpdateRun
{
    private readonly Operand[] _stateOperands;
    private readonly Operand _gradients;

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

    /// <summary>The parameters that steps change: all but the frozen ones.</summary>
    internal IReadOnlyList<Parameter> Trainable => HasFrozen ? [.. Run.Members.Where(static p => p.IsTrainable)] : Run.Members;

    /// <summary>Whether frozen parameters are updated like the others: a mean goes on, a step does not.</summary>
    internal bool IncludesFrozen { get; init; }

    /// <summary>Whether a parameter that was frozen after it had come here has to be left out.</summary>
    internal bool HasFrozen
    {
        get
        {
            for (int i = 0; i < Run.Members.Count; i++)
            {
                if (!IncludesFrozen && !Run.Members[i].IsTrainable)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Makes the rule's step: one launch, or one for each stretch between parameters that are frozen, which keep values and state.
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
    internal void CountChange()
    {
        for (int i = 0; i < Run.Members.Count; i++)
        {
            Run.Members[i].CountChange();
        }
    }

    /// <summary>Runs a rule with some of the state only.</summary>
    internal void Apply<TRule>(TRule rule, params ReadOnlySpan<Operand> state)
        where TRule : unmanaged, IUpdateRule
    {
        if (!HasFrozen)
        {
            UpdateKernel.Run(rule, Values, Gradients, state, Treatment);
            return;
        }

        int next = 0;
        while (next < Run.Members.Count)
        {
            int first = next;
            while (next < Run.Members.Count && Run.Members[next].IsTrainable)
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
