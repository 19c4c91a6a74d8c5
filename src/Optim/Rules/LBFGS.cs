namespace DeepSharp.Optim;

/// <summary>
/// L-BFGS: steps along -H g, with an approximation H of the inverse Hessian from the last few steps and gradient differences (two-loop
/// recursion), optionally with a search for lengths that meet the strong Wolfe conditions.
/// </summary>
/// <remarks>
/// <para>It evaluates the loss several times a step: <c>optimizer.Step(() => loss)</c>, on the whole set or large batches. The
/// host waits for the device at each evaluation. If one throws, the parameters go back to the last point reached. There is one
/// group, of one type and device; gradients are not clipped and there is no weight decay beside the loss. Schedules move the
/// length that is tried first.</para>
/// <para>A first iteration goes learningRate min(1, 1 / ‖g‖₁) along -g. Pairs whose product is below 1e-10 are left out. State:
/// step.{i} and difference.{i}, direction, gradient, and numbers. Sources: Liu, Nocedal 1989; Nocedal, Wright 2006, algorithms 7.4,
/// 7.5, 3.5 and 3.6; torch.optim.LBFGS.</para>
/// </remarks>
public sealed class LBFGS : Optimizer<LBFGSOptions>
{
    private const string Length = "length";
    private const string Scale = "scale";
    private const string Stored = "pairs";
    private const string Oldest = "oldest";
    private const string Iteration = "iterations";

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The length of a step, or the one a search tries first.</param>
    /// <param name="iterations">The iterations of a step at most.</param>
    /// <param name="evaluations">The evaluations of the loss in a step at most; a quarter more than the iterations if null.</param>
    /// <param name="gradientTolerance">The largest gradient at which a step ends.</param>
    /// <param name="changeTolerance">The change of loss or parameters at which a step ends.</param>
    /// <param name="historySize">The pairs of steps and gradient differences remembered: memory for twice as many numbers as there are
    /// parameters for each, from the start. Nocedal and Wright find 3 to 20 enough; 100 is torch.optim.LBFGS's.</param>
    /// <param name="lineSearch">Whether lengths are searched for.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, one is given twice, or they are not in one arena:
    /// of one type and device, and packed by no other optimizer before.</exception>
    public LBFGS(
        IEnumerable<Parameter> parameters,
        double learningRate = 1,
        int iterations = 20,
        int? evaluations = null,
        double gradientTolerance = 1e-7,
        double changeTolerance = 1e-9,
        int historySize = 100,
        bool lineSearch = false)
        : this(parameters, new LBFGSOptions
        {
            LearningRate = learningRate,
            Iterations = iterations,
            Evaluations = evaluations,
            GradientTolerance = gradientTolerance,
            ChangeTolerance = changeTolerance,
            HistorySize = historySize,
            LineSearch = lineSearch,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is weight decay or no parameter, one is given twice, or they are not in one arena: of one
    /// type and device, and packed by no other optimizer before.</exception>
    public LBFGS(IEnumerable<Parameter> parameters, LBFGSOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    /// <summary>Null: the search needs the gradients as they are.</summary>
    /// <exception cref="InvalidOperationException">A clipping is set.</exception>
    public override GradientClipping? Clipping
    {
        get => null;
        set
        {
            if (value is not null)
            {
                throw new InvalidOperationException("LBFGS: gradients are not clipped; it needs them as they are.");
            }
        }
    }

    /// <summary>False: the host sees the loss of each evaluation.</summary>
    /// <exception cref="InvalidOperationException">It is set to true.</exception>
    public override bool SkipsNonFinite
    {
        get => false;
        set
        {
            if (value)
            {
                throw new InvalidOperationException("LBFGS: steps are not skipped on the device; look at the loss it returns.");
            }
        }
    }

    /// <summary>The evaluations of the loss made so far by this object.</summary>
    public long EvaluationCount { get; private set; }

    /// <inheritdoc/>
    public override Tensor Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        RequireAllTrainable();
        ZeroGradients();
        EvaluationCount++;
        Tensor first = Evaluate(loss);
        first.Backward();
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        UpdateRun run = Groups[0].Runs[0];
        double sign = Options.Maximize ? -1 : 1;
        Descent descent = new(run, new Evaluation(this, run, loss), sign);
        try
        {
            Iterate(Group(0), descent, sign * first.Item());
        }
        catch
        {
            descent.Return();
            throw;
        }

        Groups[0].StepCount++;
        FollowSchedule();
        HasStepped();
        return first;
    }

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(LBFGSOptions options) =>
    [
        .. Enumerable.Range(0, options.HistorySize).Select(static i => $"step.{i}"),
        .. Enumerable.Range(0, options.HistorySize).Select(static i => $"difference.{i}"),
        "direction", "gradient",
    ];

    internal override bool IsPossibleNumber(string name, double value) => name switch
    {
        Stored => SavedState.IsCount(value) && value <= Options.HistorySize,
        Oldest => SavedState.IsCount(value) && value < Options.HistorySize,
        Iteration => SavedState.IsCount(value),
        _ => double.IsFinite(value),
    };

    /// <inheritdoc/>
    protected override void Start(ParameterGroup<LBFGSOptions> group)
    {
        foreach (string name in (string[])[Length, Scale, Stored, Oldest, Iteration])
        {
            SetNumber(group, name, 0);
        }
    }

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<LBFGSOptions> group, UpdateRun run) =>
        throw new InvalidOperationException("LBFGS evaluates the loss itself: call Step(() => loss).");

    private protected override void Check(IReadOnlyList<Parameter> parameters)
    {
        if (Groups.Count > 0)
        {
            throw new ArgumentException("LBFGS: there is one group only.", nameof(parameters));
        }

        if (ParameterArena.Pack(parameters).Count != 1)
        {
            throw new ArgumentException(
                "LBFGS: the parameters must stand in one arena: of one element type and device, and packed by no other optimizer before.",
                nameof(parameters));
        }
    }

    private static void Iterate(ParameterGroup<LBFGSOptions> group, Descent descent, double loss)
    {
        LBFGSOptions o = group.Options;
        int size = o.HistorySize;
        Tensor direction = descent.State[2 * size];
        Tensor before = descent.State[(2 * size) + 1];
        Tensor gradient = descent.Gradient();
        if (Descent.Largest(gradient) <= o.GradientTolerance)
        {
            return;
        }

        int most = o.Evaluations ?? (o.Iterations * 5 / 4);
        int evaluations = 1;
        for (int iteration = 1; ; iteration++)
        {
            SetNumber(group, Iteration, Number(group, Iteration) + 1);
            bool very = Number(group, Iteration) == 1;
            if (very)
            {
                direction.CopyFrom(-gradient);
                SetNumber(group, Scale, 1);
            }
            else
            {
                Remember(group, descent.State, gradient - before, direction * Number(group, Length));
                direction.CopyFrom(Newton(group, descent.State, gradient));
            }

            before.CopyFrom(gradient);
            double lossBefore = loss;
            double slope = Descent.Dot(gradient, direction);
            bool overflows = !double.IsFinite(slope);
            if (overflows)
            {
                // Products of such gradients are too large for their type: down the gradient, without what was learnt of the curvature.
                direction.CopyFrom(gradient * (-1 / Descent.Largest(gradient)));
                slope = Descent.Dot(gradient, direction);
                SetNumber(group, Stored, 0);
            }

            double length = o.LearningRate
                * (very || overflows ? Math.Min(1, 1 / Descent.Dot(direction.Abs(), Tensor.OnesLike(direction))) : 1);
            SetNumber(group, Length, length);
            if (!(slope <= -o.ChangeTolerance))
            {
                return;
            }

            descent.Start = descent.Values.Clone();
            if (o.LineSearch)
            {
                WolfeSearch search = new(along => descent.At(direction, along), Descent.Largest(direction), o.ChangeTolerance);
                (length, loss, gradient) = search.Find(new WolfePoint(0, loss, slope, gradient), length);
                evaluations += search.Evaluations;
                SetNumber(group, Length, length);
                descent.MoveTo(direction, length);
            }
            else
            {
                descent.MoveTo(direction, length);
                if (iteration == o.Iterations)
                {
                    return;
                }

                (loss, gradient) = descent.Evaluate();
                evaluations++;
            }

            if (iteration == o.Iterations || evaluations >= most || Descent.Largest(gradient) <= o.GradientTolerance
                || Descent.Largest(direction) * Math.Abs(length) <= o.ChangeTolerance || Math.Abs(loss - lossBefore) < o.ChangeTolerance)
            {
                return;
            }
        }
    }

    private static void Remember(ParameterGroup<LBFGSOptions> group, Tensor[] state, Tensor difference, Tensor step)
    {
        double product = Descent.Dot(difference, step);
        double square = Descent.Dot(difference, difference);
        if (!(product > 1e-10 && double.IsFinite(product) && double.IsFinite(square)))
        {
            return;
        }

        int size = group.Options.HistorySize;
        int count = (int)Number(group, Stored);
        int oldest = (int)Number(group, Oldest);
        int place = (oldest + count) % size;
        state[place].CopyFrom(step);
        state[size + place].CopyFrom(difference);
        SetNumber(group, Stored, Math.Min(size, count + 1));
        SetNumber(group, Oldest, count == size ? (oldest + 1) % size : oldest);
        SetNumber(group, Scale, product / square);
    }

    // The two loops: from the youngest pair to the oldest, and back.
    private static Tensor Newton(ParameterGroup<LBFGSOptions> group, Tensor[] state, Tensor gradient)
    {
        int size = group.Options.HistorySize;
        int count = (int)Number(group, Stored);
        int oldest = (int)Number(group, Oldest);
        double[] alpha = new double[count];
        double[] rho = new double[count];
        Tensor q = -gradient;
        for (int i = count - 1; i >= 0; i--)
        {
            int place = (oldest + i) % size;
            rho[i] = 1 / Descent.Dot(state[size + place], state[place]);
            alpha[i] = Descent.Dot(state[place], q) * rho[i];
            q.AddInPlace(state[size + place], -alpha[i]);
        }

        Tensor r = q * Number(group, Scale);
        for (int i = 0; i < count; i++)
        {
            int place = (oldest + i) % size;
            r.AddInPlace(state[place], alpha[i] - (Descent.Dot(state[size + place], r) * rho[i]));
        }

        return r;
    }

    // The flat values and gradients of the stretch, and the loss at points along a line; those of -f to maximise f.
    private sealed class Descent(UpdateRun run, Evaluation evaluation, double sign)
    {
        internal Tensor[] State => run.State;

        /// <summary>Where the current line begins.</summary>
        internal Tensor? Start { get; set; }

        internal Tensor Values { get; } = run.Run.Arena.Values.Narrow(0, run.Run.Start, run.Run.Length);

        private Tensor Gradients { get; } = run.Run.Arena.Gradients.Narrow(0, run.Run.Start, run.Run.Length);

        internal static double Dot(Tensor a, Tensor b)
        {
            using TensorScope scope = Tensor.Scope();
            return (a * b).Sum().Item();
        }

        internal static double Largest(Tensor x)
        {
            using TensorScope scope = Tensor.Scope();
            return x.Abs().Max().Item();
        }

        internal Tensor Gradient()
        {
            run.SettleGradients();
            return sign < 0 ? -Gradients : Gradients.Clone();
        }

        internal (double Loss, Tensor Gradient) Evaluate() => (sign * evaluation.Run(), Gradient());

        internal WolfePoint At(Tensor direction, double length)
        {
            MoveTo(direction, length);
            (double loss, Tensor gradient) = Evaluate();
            return new WolfePoint(length, loss, Dot(gradient, direction), gradient);
        }

        internal void MoveTo(Tensor direction, double length)
        {
            Return();
            Values.AddInPlace(direction, length);
        }

        internal void Return()
        {
            if (Start is not null)
            {
                run.CountChange();
                Values.CopyFrom(Start);
            }
        }
    }

    private sealed class Evaluation(LBFGS owner, UpdateRun run, Func<Tensor> loss)
    {
        internal double Run()
        {
            using TensorScope scope = Tensor.Scope();
            using GradMode.Restore recording = GradMode.Set(true);
            run.ZeroGradients();
            owner.EvaluationCount++;
            Tensor value = owner.Evaluate(loss);
            value.Backward();
            return value.Item();
        }
    }
}
