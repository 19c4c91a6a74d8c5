namespace DeepSharp.Optim;

/// <summary>Changes parameters along their gradients.</summary>
/// <remarks>
/// <para>The parameters of a group are packed into one flat arena and their gradients into another, so that a step, and zeroing the
/// gradients, is one launch each, whatever the number of tensors; parameters that another optimizer has packed stay where they are,
/// and cost a launch for each stretch. State lives beside the arena and belongs to no scope. Parameters that are frozen when
/// they are given are left out.</para>
/// <para>Gradients add up until <see cref="ZeroGradients"/>: several backward passes before a step accumulate gradients. Divide each
/// loss by their number for the mean.</para>
/// <para>A parameter that no gradient has reached since the last zeroing stays as it is, and so does its state: neither momentum nor weight
/// decay moves it, as in PyTorch from 2.0 on. A zero written into its gradient is a gradient. Steps, and with them bias corrections, are
/// counted for the group, where PyTorch counts them for each parameter. <see cref="LBFGS"/> and <see cref="NewtonCG"/> move all
/// parameters together.</para>
/// </remarks>
public abstract partial class Optimizer
{
    private readonly List<ParameterGroup> _groups;

    private protected Optimizer()
        : this([])
    {
    }

    private protected Optimizer(Optimizer inner)
        : this(inner._groups)
    {
    }

    private Optimizer(List<ParameterGroup> groups) => _groups = groups;

    /// <summary>The groups: what the optimizer was made with, then those added.</summary>
    public IReadOnlyList<ParameterGroup> Groups => _groups;

    /// <summary>
    /// How far the next step of the first group goes. Setting it sets <see cref="BaseLearningRate"/>, from which a schedule computes
    /// its rates, and the rates of the other groups in proportion.
    /// </summary>
    /// <remarks>
    /// The proportion is that of the groups' rates as they were last set for themselves. Where the first group's was 0 then, there is
    /// no proportion and the other group keeps its rate.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double LearningRate
    {
        get => _groups[0].LearningRate;
        set
        {
            if (!(value >= 0) || !double.IsFinite(value))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), $"{GetType().Name}: the learning rate must be finite and not negative, not {value}.");
            }

            foreach (ParameterGroup group in _groups)
            {
                group.SetBaseRate(group == _groups[0] ? value : double.IsNaN(group.RateRatio) ? group.BaseLearningRate : value * group.RateRatio);
            }

            FollowSchedule();
        }
    }

    /// <summary>
    /// The steps made by the first group, those included that the device skipped: the host does not wait to learn which. Steps that
    /// changed the parameters are <c>StepCount - SkippedSteps</c>.
    /// </summary>
    public long StepCount => _groups[0].StepCount;

    /// <summary>How gradients that are too large are limited; not at all if null.</summary>
    public virtual GradientClipping? Clipping { get; set; }

    /// <summary>
    /// Whether a step whose gradients are not all finite changes nothing. The device decides, the host does not wait for it.
    /// </summary>
    /// <remarks>Step counts, and with them bias corrections, go on. A global norm that overflows counts as not finite.</remarks>
    public virtual bool SkipsNonFinite { get; set; }

    /// <summary>The steps that were skipped because gradients were not finite. Waits for the device.</summary>
    public abstract long SkippedSteps { get; }

    /// <summary>
    /// The norm of all gradients before clipping by global norm, at the last step; NaN without such clipping. Waits for the device.
    /// </summary>
    public abstract double GradientNorm { get; }

    /// <summary>Whether the rule evaluates the loss itself, so that steps need <see cref="Step(Func{Tensor})"/>.</summary>
    public virtual bool NeedsLoss => false;

    /// <summary>A step has been made, and the schedule followed: for what goes on between steps, such as averages, or other processes that are given the
    /// parameters.</summary>
    public event EventHandler? Stepped;

    /// <summary>From now on this process keeps one part of the state only, and moves that part of the parameters; others have the other parts. After each step
    /// somebody has to bring the parts of the parameters together (<see cref="Stepped"/>).</summary>
    /// <remarks>What the state has been is kept. <see cref="State"/> and <see cref="LoadState"/> are of the whole, which the shards bring together, so that
    /// all processes call them at once. The same as the optimizer of DeepSpeed's ZeRO, stage 1 (Rajbhandari et al. 2020).</remarks>
    /// <param name="shards">Says which part is this process's, and brings parts together.</param>
    /// <exception cref="InvalidOperationException">The rule looks at whole parameters, or keeps more than the state of single elements; or the state is
    /// shared already.</exception>
    public void ShardState(IStateShards shards)
    {
        ArgumentNullException.ThrowIfNull(shards);
        if (!UpdatesElements)
        {
            throw new InvalidOperationException(
                $"{GetType().Name}.ShardState: the rule looks at whole parameters, or keeps whole averages of them, and its state cannot be cut. Rules that move one "
                + "element at a time can, such as Adam, AdamW, SGD or Lion.");
        }

        if (Shards is not null)
        {
            throw new InvalidOperationException($"{GetType().Name}.ShardState: the state is shared already.");
        }

        Shards = shards;
        foreach (UpdateRun run in _groups.SelectMany(static group => group.Runs))
        {
            run.Shard(shards);
        }
    }

    /// <summary>Makes a step with the gradients that backward passes have added up.</summary>
    /// <exception cref="InvalidOperationException">The rule needs the loss as a function.</exception>
    public abstract void Step();

    /// <summary>Sets the gradients to zero, evaluates the loss, takes its gradients and makes a step.</summary>
    /// <param name="loss">Computes the loss, one element, from the parameters as they are when it is called.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="InvalidOperationException">The function has called <c>Backward()</c> itself on the loss, or on a part of it; with
    /// <c>retainGraph</c>, too.</exception>
    public virtual Tensor Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ZeroGradients();
        Tensor value = Evaluate(loss);
        value.Backward();
        Step();
        return value;
    }

    /// <summary>Makes a step as <see cref="Step(Func{Tensor})"/> does, for a loss that is computed with something else worth having.</summary>
    /// <remarks><c>(Tensor value, Tensor prediction) = optimizer.Step(() => { Tensor p = model.Forward(x); return (loss.Compute(p, y), p); });</c></remarks>
    /// <typeparam name="T">The type of what else is computed.</typeparam>
    /// <param name="evaluate">Computes the loss, one element, from the parameters as they are when it is called, and what else is wanted, such
    /// as the prediction.</param>
    /// <returns>What the first evaluation gave: before the step.</returns>
    public (Tensor Loss, T Result) Step<T>(Func<(Tensor Loss, T Result)> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        (Tensor Loss, T Result)? first = null;
        Step(() =>
        {
            (Tensor Loss, T Result) evaluation = evaluate();
            first ??= evaluation;
            return evaluation.Loss;
        });
        return first!.Value;
    }

    /// <summary>Sets the gradients of all parameters to zero.</summary>
    /// <remarks>
    /// Nothing is launched: the next backward pass overwrites them. A tensor taken from <c>Gradient</c> before shows the zeros only when
    /// <c>Gradient</c> is asked again.
    /// </remarks>
    public void ZeroGradients()
    {
        foreach (UpdateRun run in _groups.SelectMany(static group => group.Runs))
        {
            run.ZeroGradients();
        }
    }

    /// <summary>What has to be saved to go on later bit for bit, by name.</summary>
    /// <remarks>
    /// For each parameter, in the order in which they were given, <c>state.{index}.{name}</c>, of the parameter's shape; for each
    /// group its step count, its learning rates, their proportion to those of the first group (NaN if there is none) and the rule's own
    /// numbers, <c>group.{index}.{name}</c>. The tensors of parameters are the optimizer's own, not copies. It does not depend on how
    /// parameters are packed.
    /// </remarks>
    public IReadOnlyDictionary<string, Tensor> State() => OptimizerState.Save(this);

    /// <summary>Goes back to a saved state; values are converted to the type and device they are needed in.</summary>
    /// <param name="state">What <see cref="State"/> gave for an optimizer of the same rule and model.</param>
    /// <exception cref="ArgumentException">A name is missing or unknown, a value is null or freed, a shape differs, or a number is impossible:
    /// the state is of another rule or model. Nothing has been changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        OptimizerState.Load(this, state);
    }

    /// <summary>The rule with its hyper-parameters, those of each group if there are several.</summary>
    public override string ToString() => _groups.Count == 1
        ? $"{GetType().Name} {{ {_groups[0].CommonOptions.Values} }}"
        : $"{GetType().Name}, {_groups.Count} groups{string.Concat(_groups.Select(static (group, i) => $"\n  {i}: {group}"))}";

    /// <summary>Clips gradients and decides about steps.</summary>
    internal abstract GradientGate Gate { get; }

    /// <summary>Tensors that are saved besides those of parameters, by name.</summary>
    internal virtual IEnumerable<(string Name, Tensor Value)> OwnTensors() => [];

    /// <summary>Whether a number that a group of the rule keeps can have a value.</summary>
    internal virtual bool IsPossibleNumber(string name, double value) => !double.IsNaN(value);

    /// <summary>The names of a group's state for each parameter.</summary>
    internal abstract IReadOnlyList<string> StateNames(ParameterGroup group);

    /// <summary>Whether each element moves by itself, by its own gradient and state, and all state is kept by runs.</summary>
    private protected virtual bool UpdatesElements => true;

    /// <summary>Who has the other parts of the state.</summary>
    private protected IStateShards? Shards { get; private set; }

    /// <summary>Tells that a step has been made.</summary>
    private protected void HasStepped() => Stepped?.Invoke(this, EventArgs.Empty);

    private protected void Add(ParameterGroup group)
    {
        group.RateChanged = Proportion;
        _groups.Add(group);
        Proportion();
    }

    /// <summary>A loss whose gradients a step can take.</summary>
    private protected Tensor Evaluate(Func<Tensor> loss)
    {
        long before = BackwardPass.Latest;
        Tensor value = loss()
            ?? throw new InvalidOperationException($"{GetType().Name}.Step: the function gave no loss, but null.");
        return value.Node is not Node node ? value
            : node.IsUsed ? throw CalledBackward("Backward() itself, which used the graph up")
            : BackwardPass.HasBegunIn(node, before) ? throw CalledBackward("Backward(retainGraph: true) itself, so that gradients would count twice")
            : value;
    }

    private InvalidOperationException CalledBackward(string how) => new(
        $"{GetType().Name}.Step: the function that computes the loss has called {how}. Leave that call out: Step zeroes the gradients, calls the "
        + "function, calls Backward() on what it gives, and moves the parameters.");

    private void Proportion()
    {
        double first = BaseLearningRate;
        foreach (ParameterGroup group in _groups.Where(_ => first > 0))
        {
            group.RateRatio = group.BaseLearningRate / first;
        }

        FollowSchedule();
    }
}
