using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Nesterov's accelerated gradient as he wrote it, with the gradient at the point ahead: v ← momentum v - learningRate g(w + momentum v),
/// w ← w + v.
/// </summary>
/// <remarks>
/// <para>The loss is evaluated at w + momentum v, so a step takes it as a function: <c>optimizer.Step(() => loss)</c>. Three launches for each
/// group. <see cref="SGD"/> with Nesterov's momentum makes the same iterates in the variable w + momentum v, without the function.</para>
/// <para>Weight decay adds weightDecay (w + momentum v) to the gradient. State: momentum (v). Sources: Nesterov 1983; Sutskever, Martens,
/// Dahl, Hinton 2013, equations 3 and 4.</para>
/// </remarks>
public sealed class NesterovAccelerated : Optimizer<NesterovAcceleratedOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="momentum">How much of the last step stays, in [0, 1).</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public NesterovAccelerated(IEnumerable<Parameter> parameters, double learningRate = 1e-3, double momentum = 0.9, double weightDecay = 0)
        : this(parameters, new NesterovAcceleratedOptions { LearningRate = learningRate, Momentum = momentum, WeightDecay = weightDecay })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public NesterovAccelerated(IEnumerable<Parameter> parameters, NesterovAcceleratedOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    private protected override bool DecaysItself => true;

    /// <inheritdoc/>
    /// <remarks>The loss returned is the one at the point ahead. If it throws, the parameters go back.</remarks>
    public override Tensor Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ZeroGradients();
        Shift(1);
        Tensor value;
        try
        {
            value = Evaluate(loss);
            value.Backward();
        }
        catch
        {
            Shift(-1);
            throw;
        }

        // Back first: a step that is skipped must leave the parameters where they were.
        Shift(-1);
        MakeStep();
        return value;
    }

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(NesterovAcceleratedOptions options) => ["momentum"];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<NesterovAcceleratedOptions> group, UpdateRun run)
    {
        NesterovAcceleratedOptions o = group.Options;
        run.Apply(new Rule(o.LearningRate, o.Momentum, o.DecoupledWeightDecay ? 0 : o.WeightDecay));
    }

    private void Shift(double sign)
    {
        foreach (ParameterGroup group in Groups)
        {
            foreach (UpdateRun run in group.Runs)
            {
                run.Treatment = default;
                run.Apply(new ShiftRule(sign * group.CommonOptions.MomentumCoefficient!.Value));
            }
        }
    }

    internal readonly struct ShiftRule(double momentum) : IUpdateRule
    {
        private readonly double _momentum = momentum;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value += _momentum * s0;
    }

    internal readonly struct Rule(double rate, double momentum, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _decay = decay;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) - (_rate * (gradient + (_decay * (value + (_momentum * s0)))));
            value += s0;
        }
    }
}
