namespace DeepSharp.Optim;

/// <summary>
/// Newton's method without the Hessian as a matrix: w ← w + a p, where H p = -g is solved by conjugate gradients from products H v, and
/// a is learningRate, halved until the loss falls enough.
/// </summary>
/// <remarks>
/// <para>H v is the gradient of g · v, so each product costs about two backward passes. Conjugate gradients end when the residual is
/// below min(tolerance, sqrt(‖g‖)) ‖g‖, or at a direction of negative curvature; if that is the first, p is -g. The length is halved while
/// f(w + a p) > f(w) + 1e-4 a g · p; if no length will do, or the loss throws, the parameters stay.</para>
/// <para>For small problems with exact gradients: <c>optimizer.Step(() => loss)</c>. The host waits for the device at each product. One
/// group, without clipping or weight decay beside the loss. It has no state. Source: Nocedal, Wright 2006, algorithm 7.1.</para>
/// </remarks>
public sealed class NewtonCG : Optimizer<NewtonCGOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The length that is tried first; 1 is Newton's.</param>
    /// <param name="iterations">The iterations of conjugate gradients at most.</param>
    /// <param name="halvings">How often the length of a step is halved at most.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public NewtonCG(IEnumerable<Parameter> parameters, double learningRate = 1, int iterations = 100, int halvings = 20)
        : this(parameters, new NewtonCGOptions { LearningRate = learningRate, Iterations = iterations, Halvings = halvings })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is weight decay or no parameter, or one is given twice.</exception>
    public NewtonCG(IEnumerable<Parameter> parameters, NewtonCGOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    /// <summary>Null: the method needs the gradients as they are.</summary>
    /// <exception cref="InvalidOperationException">A clipping is set.</exception>
    public override GradientClipping? Clipping
    {
        get => null;
        set
        {
            if (value is not null)
            {
                throw new InvalidOperationException("NewtonCG: gradients are not clipped; it needs them as they are.");
            }
        }
    }

    /// <summary>False: a step that does not lower the loss is not made anyway.</summary>
    /// <exception cref="InvalidOperationException">It is set to true.</exception>
    public override bool SkipsNonFinite
    {
        get => false;
        set
        {
            if (value)
            {
                throw new InvalidOperationException("NewtonCG: a step that does not lower the loss is not made; there is nothing to skip.");
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The gradients that backward passes have collected are not touched.</remarks>
    public override Tensor Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        RequireAllTrainable();
        NewtonCGOptions o = Options;
        Tensor first = Evaluate(loss);
        using TensorScope scope = Tensor.Scope();
        Parameter[] parameters = [.. Groups[0].Parameters];
        double sign = o.Maximize ? -1 : 1;
        Tensor[] gradients = Grad.Of(o.Maximize ? -first : first, parameters, createGraph: true);
        double before = sign * first.Item();
        Tensor[] start;
        Tensor[] direction;
        double slope;
        using (NoGrad noGrad = new())
        {
            start = [.. parameters.Select(static p => p.Clone())];
            Tensor[] plain = [.. gradients.Select(static g => g.Detach())];
            direction = Solve(plain, v => Product(gradients, parameters, v), o);
            slope = Dot(plain, direction);
        }

        double length = o.LearningRate;
        bool found = false;
        try
        {
            for (int halving = 0; halving <= o.Halvings && !found; halving++, length /= 2)
            {
                Move(parameters, start, direction, length);
                found = sign * Value(loss) <= before + (1e-4 * length * slope);
            }
        }
        finally
        {
            // No length was good enough, or the loss threw.
            if (!found)
            {
                Move(parameters, start, direction, 0);
            }
        }

        Groups[0].StepCount++;
        FollowSchedule();
        HasStepped();
        return first;
    }

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(NewtonCGOptions options) => [];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<NewtonCGOptions> group, UpdateRun run) =>
        throw new InvalidOperationException("NewtonCG evaluates the loss itself: call Step(() => loss).");

    private protected override void Check(IReadOnlyList<Parameter> parameters)
    {
        if (Groups.Count > 0)
        {
            throw new ArgumentException("NewtonCG: there is one group only.", nameof(parameters));
        }
    }

    private static Tensor[] Solve(Tensor[] gradients, Func<Tensor[], Tensor[]> product, NewtonCGOptions options)
    {
        double size = Math.Sqrt(Dot(gradients, gradients));
        double enough = Math.Min(options.Tolerance, Math.Sqrt(size)) * size;
        Tensor[] z = [.. gradients.Select(Tensor.ZerosLike)];
        Tensor[] residual = [.. gradients.Select(static g => g.Clone())];
        Tensor[] p = [.. gradients.Select(static g => -g)];
        double square = size * size;
        for (int j = 0; j < options.Iterations && square > 0; j++)
        {
            Tensor[] h = product(p);
            double curvature = Dot(p, h);
            if (curvature <= 0)
            {
                return j == 0 ? p : z;
            }

            double along = square / curvature;
            Add(z, p, along);
            Add(residual, h, along);
            double next = Dot(residual, residual);
            if (Math.Sqrt(next) < enough)
            {
                return z;
            }

            p = [.. p.Select((x, i) => (x * (next / square)) - residual[i])];
            square = next;
        }

        return z;
    }

    // H v is the gradient of g · v; zero where g does not depend on the parameters.
    private static Tensor[] Product(Tensor[] gradients, Parameter[] parameters, Tensor[] v)
    {
        using GradMode.Restore recording = GradMode.Set(true);
        Tensor? dot = null;
        for (int i = 0; i < v.Length; i++)
        {
            if (gradients[i].RequiresGrad)
            {
                Tensor term = (gradients[i] * v[i]).Sum();
                dot = dot is null ? term : dot + term;
            }
        }

        return dot is null ? [.. v.Select(Tensor.ZerosLike)] : Grad.Of(dot, parameters, retainGraph: true);
    }

    private static double Value(Func<Tensor> loss)
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        return Given.Required(nameof(NewtonCG), "the loss", loss()).Item();
    }

    private static void Move(Parameter[] parameters, Tensor[] start, Tensor[] direction, double length)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].CopyFrom(start[i]);
            if (length != 0)
            {
                parameters[i].AddInPlace(direction[i], length);
            }
        }
    }

    private static void Add(Tensor[] to, Tensor[] what, double scale)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i].AddInPlace(what[i], scale);
        }
    }

    private static double Dot(Tensor[] a, Tensor[] b)
    {
        using TensorScope scope = Tensor.Scope();
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] * b[i]).Sum().Item();
        }

        return sum;
    }
}
