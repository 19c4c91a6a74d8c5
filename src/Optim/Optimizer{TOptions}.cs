namespace DeepSharp.Optim;

/// <summary>An optimizer by its rule's hyper-parameters: what every rule derives from.</summary>
/// <remarks>
/// A rule of your own names its state (<see cref="StateNames(TOptions)"/>) and hands a struct with this step's numbers to
/// <see cref="UpdateRun.Apply{TRule}(TRule)"/> (<see cref="Update"/>); the struct says what happens to one element.
/// </remarks>
/// <typeparam name="TOptions">The hyper-parameters.</typeparam>
public abstract class Optimizer<TOptions> : Optimizer
    where TOptions : OptimizerOptions
{
    private readonly GradientGate _gate = new();

    /// <summary>An optimizer with one group.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter to train, or one is given twice.</exception>
    protected Optimizer(IEnumerable<Parameter> parameters, TOptions options) => Add(parameters, options);

    /// <summary>The hyper-parameters of the first group.</summary>
    public TOptions Options => Group(0).Options;

    /// <inheritdoc/>
    public override long SkippedSteps => _gate.Skipped;

    /// <inheritdoc/>
    public override double GradientNorm => Clipping is { Kind: GradientClippingKind.GlobalNorm } ? _gate.Norm : double.NaN;

    /// <summary>Refuses parameters that the rule cannot train.</summary>
    /// <exception cref="ArgumentException">There is such a parameter.</exception>
    private protected virtual void Check(IReadOnlyList<Parameter> parameters)
    {
    }

    /// <summary>Sets state that begins with other than a constant.</summary>
    private protected virtual void Initialize(UpdateRun run)
    {
    }

    /// <summary>Whether the rule sees to weight decay that is not decoupled itself, instead of the launch adding it to the gradient.</summary>
    private protected virtual bool DecaysItself => false;

    /// <summary>Whether gradients are multiplied and limited inside <see cref="UpdateRun.Apply{TRule}(TRule)"/>, not before.</summary>
    private protected virtual bool TreatsGradientsInside => true;

    /// <summary>Adds a group: further parameters, with options of their own.</summary>
    /// <param name="parameters">The parameters; none may be in a group yet.</param>
    /// <param name="change">Gives the group's options from those of the first group, with all it does not change:
    /// <c>options => options with { WeightDecay = 0 }</c>. The first group's own if null.</param>
    /// <returns>The group.</returns>
    /// <exception cref="ArgumentException">There is no parameter to train, one is given twice or is in a group already, or the
    /// options do not fit together. Nothing has been changed.</exception>
    public ParameterGroup<TOptions> AddGroup(IEnumerable<Parameter> parameters, Func<TOptions, TOptions>? change = null) =>
        Add(parameters, change is null ? Options : change(Options));

    /// <inheritdoc/>
    public override void Step()
    {
        if (NeedsLoss)
        {
            throw new InvalidOperationException($"{GetType().Name} evaluates the loss itself: call Step(() => loss).");
        }

        MakeStep();
    }

    /// <summary>The group at an index.</summary>
    protected ParameterGroup<TOptions> Group(int index) => (ParameterGroup<TOptions>)Groups[index];

    /// <summary>The names of the numbers that an element's state has, at most three, in the order of the rule's slots.</summary>
    protected abstract IReadOnlyList<string> StateNames(TOptions options);

    /// <summary>What a number of the state is before the first step.</summary>
    protected virtual double InitialState(TOptions options, int slot) => 0;

    /// <summary>Prepares the numbers a group keeps besides its state; called once, when the group is made.</summary>
    protected virtual void Start(ParameterGroup<TOptions> group)
    {
    }

    /// <summary>Called once for each group and step, before <see cref="Update"/>; the step is counted already.</summary>
    protected virtual void BeginStep(ParameterGroup<TOptions> group)
    {
    }

    /// <summary>Runs the rule over one stretch of a group.</summary>
    /// <param name="group">The group; its <see cref="ParameterGroup.StepCount"/> is 1 at the first step.</param>
    /// <param name="run">The stretch.</param>
    protected abstract void Update(ParameterGroup<TOptions> group, UpdateRun run);

    /// <summary>Reads or changes a number that the group keeps and saves from step to step.</summary>
    protected static double Number(ParameterGroup<TOptions> group, string name) => group.Numbers[name];

    /// <summary>Sets a number that the group keeps and saves from step to step.</summary>
    protected static void SetNumber(ParameterGroup<TOptions> group, string name, double value) => group.Numbers[name] = value;

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => StateNames(((ParameterGroup<TOptions>)group).Options);

    internal override GradientGate Gate => _gate;

    /// <summary>Throws if a parameter has been frozen, for rules whose state is of all parameters together.</summary>
    private protected void RequireAllTrainable()
    {
        foreach (Parameter frozen in Groups.SelectMany(static group => group.Parameters).Where(static p => !p.IsTrainable))
        {
            throw new InvalidOperationException(
                $"{GetType().Name}: the parameter {frozen.Shape} was frozen after the optimizer had been made. Its steps are of all parameters "
                + "together: make a new optimizer of those that are trained.");
        }
    }

    private protected void MakeStep()
    {
        foreach (UpdateRun run in Groups.SelectMany(static group => group.Runs))
        {
            run.BeginStep();
        }

        try
        {
            UpdateGroups();
        }
        finally
        {
            foreach (UpdateRun run in Groups.SelectMany(static group => group.Runs))
            {
                run.EndStep();
            }
        }

        FollowSchedule();
        HasStepped();
    }

    private void UpdateGroups()
    {
        _gate.Prepare(Groups, Clipping, SkipsNonFinite, TreatsGradientsInside);
        for (int i = 0; i < Groups.Count; i++)
        {
            ParameterGroup<TOptions> group = Group(i);
            group.StepCount++;
            BeginStep(group);
            double decay = group.WeightDecay;
            bool decoupled = group.CommonOptions.DecoupledWeightDecay;
            foreach (UpdateRun run in group.Runs)
            {
                run.Treatment = run.Treatment with
                {
                    Decay = decoupled || DecaysItself ? 0 : decay,
                    Shrinkage = decoupled ? group.LearningRate * decay : 0,
                    Ascends = group.CommonOptions.Maximize,
                };
                run.CountChange(ofMoved: true);
                Update(group, run);
            }
        }
    }

    private ParameterGroup<TOptions> Add(IEnumerable<Parameter> parameters, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Parameter[] given = [.. parameters];
        Array.ForEach(given, static parameter => ArgumentNullException.ThrowIfNull(parameter, nameof(parameters)));
        Parameter[] trained = Array.FindAll(given, static parameter => parameter.IsTrainable);
        if (trained.Length == 0)
        {
            throw new ArgumentException(
                $"{GetType().Name}: there is no parameter to train. Frozen ones are left out, and a module of your own has those it registers: "
                + "call Add for its parameters and layers.",
                nameof(parameters));
        }

        HashSet<Parameter> known = [];
        foreach (Parameter parameter in trained.Where(parameter => !known.Add(parameter)))
        {
            throw new ArgumentException($"{GetType().Name}: the parameter {parameter.Shape} is given twice.", nameof(parameters));
        }

        for (int i = 0; i < Groups.Count; i++)
        {
            foreach (Parameter parameter in Groups[i].Parameters.Where(known.Contains))
            {
                throw new ArgumentException(
                    $"{GetType().Name}: the parameter {parameter.Shape} is in group {i} already; it can be in one group only.", nameof(parameters));
            }
        }

        Check(trained);
        ParameterGroup<TOptions> group = new(trained, options, StateNames);
        int slots = StateNames(options).Count;
        group.RunList.AddRange(ParameterArena.Pack(trained).Select(run => new UpdateRun(run, slots, slot => InitialState(options, slot))));
        group.RunList.ForEach(Initialize);
        if (Shards is not null)
        {
            group.RunList.ForEach(run => run.Shard(Shards));
        }

        Start(group);
        Add(group);
        return group;
    }
}
