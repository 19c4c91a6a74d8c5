using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>A stretch of flat memory that one launch updates: parameters of a group, their gradients and their state.</summary>
public sealed class UpdateRun
{
    private Operand[] _stateOperands;
    private readonly Operand _gradients;
    private readonly bool[] _withoutGradient;
    private IStateShards? _shards;
    private (int Start, int Length) _own;

    internal UpdateRun(ParameterRun run, int slots, Func<int, double> initial)
    {
        Run = run;
        _own = (0, run.Length);
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

    /// <summary>The parameters that stand in it, in order.</summary>
    public IReadOnlyList<Parameter> Parameters => Run.Members;

    /// <summary>The elements, gaps between parameters included: they are zero, and stay zero.</summary>
    public int Length => Run.Length;

    /// <summary>The bytes of state that this process keeps for it.</summary>
    public long StateBytes => State.Sum(static state => (long)state.Count * state.DType.Size);

    internal ParameterRun Run { get; }

    internal Tensor[] State { get; }

    internal bool IsSharded => _shards is not null;

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

    /// <summary>Where a parameter begins.</summary>
    /// <param name="parameter">A parameter of the stretch.</param>
    /// <exception cref="ArgumentException">It stands elsewhere.</exception>
    public int OffsetOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Run.Members.Contains(parameter)
            ? parameter.ArenaOffset - Run.Start
            : throw new ArgumentException($"UpdateRun.OffsetOf: the parameter {parameter.Shape} is not of this stretch.", nameof(parameter));
    }

    /// <summary>Elements of the parameters, flat, as a view: what is written there is written into the parameters. The call counts as a change of them.</summary>
    /// <remarks>The view belongs to no scope.</remarks>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    public Tensor ValuesAt(int start, int length)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        Tensor view = Run.Arena.Values.Narrow(0, Run.Start + start, length);
        foreach (Parameter member in Within(start, length))
        {
            member.CountChange();
        }

        return view;
    }

    /// <summary>Elements of the gradients, flat, as a view: what is written there is written into the gradients.</summary>
    /// <remarks>Gradients that are zero by note alone (<see cref="Optimizer.ZeroGradients"/>) are filled with zeros first. Whether a parameter has a gradient
    /// does not change by it. The view belongs to no scope.</remarks>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    public Tensor GradientsAt(int start, int length)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        Tensor view = Run.Arena.Gradients.Narrow(0, Run.Start + start, length);
        foreach (Parameter member in Within(start, length))
        {
            member.Leaf.Settle();
        }

        return view;
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
        if (!LeavesOut && !IsSharded)
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

            // Of a state that is shared, what is this process's.
            int start = Math.Max(_own.Start, Run.Members[first].ArenaOffset - Run.Start);
            int end = Math.Min(_own.Start + _own.Length, next < Run.Members.Count ? Run.Members[next].ArenaOffset - Run.Start : Run.Length);
            if (start >= end)
            {
                continue;
            }

            Operand[] parts = new Operand[state.Length];
            for (int slot = 0; slot < parts.Length; slot++)
            {
                parts[slot] = Part(state[slot], start - _own.Start, end - _own.Start);
            }

            UpdateKernel.Run(rule, Part(Values, start, end), Part(Gradients, start, end), parts, Treatment);
        }
    }

    /// <summary>Keeps one part of the state only.</summary>
    internal void Shard(IStateShards shards)
    {
        (int start, int length) = shards.PartOf(Run.Length);
        if (start < 0 || length < 0 || start > Run.Length - length || start % 16 != 0 || length % 16 != 0)
        {
            throw new ArgumentException(
                $"UpdateRun: a part of {length} elements from {start} on is none of a stretch of {Run.Length}. It must begin and end at multiples of 16.", nameof(shards));
        }

        using TensorScope.Suspension suspension = TensorScope.Suspend();
        for (int slot = 0; slot < State.Length; slot++)
        {
            using Tensor whole = State[slot];
            State[slot] = whole.Narrow(0, start, length).Clone().KeepForever();
        }

        _stateOperands = [.. State.Select(static tensor => tensor.Operand)];
        (_shards, _own) = (shards, (start, length));
    }

    /// <summary>All of a state that is shared.</summary>
    internal Tensor Whole(int slot)
    {
        Tensor whole = Tensor.Zeros(Run.Length, DType, Device);
        _shards!.Gather(State[slot], whole);
        return whole;
    }

    /// <summary>Takes this process's part of a whole state.</summary>
    internal void TakePart(int slot, Tensor whole) => State[slot].CopyFrom(whole.Narrow(0, _own.Start, _own.Length));

    private IEnumerable<Parameter> Within(int start, int length) => Run.Members.Where(
        member => member.ArenaOffset - Run.Start < start + length && member.ArenaOffset - Run.Start + member.Count > start);

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
