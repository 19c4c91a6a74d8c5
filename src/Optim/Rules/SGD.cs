using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Gradient descent, w ← w - learningRate g, with momentum if asked for in any of the textbooks' forms.
/// </summary>
/// <remarks>
/// <para>Batch, stochastic and mini-batch descent are this rule with batches of all samples, one, or some.</para>
/// <para>Momentum (<see cref="MomentumForm"/>): Direction, v ← momentum v + (1 - dampening) g, w ← w - learningRate v, where the first
/// step sets v to g; Velocity, v ← momentum v - learningRate g, w ← w + v; Average, v ← momentum v + (1 - momentum) g,
/// w ← w - learningRate v, or v / (1 - momentum^t) with bias correction.</para>
/// <para>Nesterov's: Direction, w ← w - learningRate (g + momentum v); Velocity, w ← w - momentum v_before + (1 + momentum) v. Both
/// follow the point ahead, w + momentum v, of <see cref="NesterovAccelerated"/>, which takes the gradient there.</para>
/// <para>Weight decay adds weightDecay w to g. State: momentum. Sources: Polyak 1964; Nesterov 1983 in the form of Sutskever,
/// Martens, Dahl, Hinton 2013 (Direction, Velocity) and of the course cs231n (Velocity); torch.optim.SGD.</para>
/// </remarks>
public sealed class SGD : Optimizer<SGDOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="momentum">How much of the last step's direction stays, in [0, 1).</param>
    /// <param name="dampening">How much less of the gradient enters the direction, in [0, 1).</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="nesterov">Whether the step looks ahead; needs momentum and no dampening.</param>
    /// <param name="form">How momentum is written down.</param>
    /// <param name="biasCorrection">Whether the averaged form is corrected for beginning at zero.</param>
    /// <exception cref="ArgumentException">A value is out of range, values do not fit together, there is no parameter, or one is given
    /// twice.</exception>
    public SGD(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false,
        MomentumForm form = MomentumForm.Direction,
        bool biasCorrection = false)
        : this(parameters, new SGDOptions
        {
            LearningRate = learningRate,
            Momentum = momentum,
            Dampening = dampening,
            WeightDecay = weightDecay,
            Nesterov = nesterov,
            Form = form,
            BiasCorrection = biasCorrection,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">The options do not fit together, there is no parameter, or one is given twice.</exception>
    public SGD(IEnumerable<Parameter> parameters, SGDOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(SGDOptions options) => options.Momentum > 0 ? ["momentum"] : [];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<SGDOptions> group, UpdateRun run)
    {
        SGDOptions o = group.Options;
        if (o.Momentum == 0)
        {
            run.Apply(new PlainRule(o.LearningRate));
            return;
        }

        switch (o.Form)
        {
            case MomentumForm.Direction when o.Nesterov:
                run.Apply(new NesterovRule(o.LearningRate, o.Momentum));
                break;
            case MomentumForm.Velocity when o.Nesterov:
                run.Apply(new NesterovVelocityRule(o.LearningRate, o.Momentum));
                break;
            case MomentumForm.Velocity:
                run.Apply(new VelocityRule(o.LearningRate, o.Momentum));
                break;
            case MomentumForm.Average:
                double correction = o.BiasCorrection ? 1 - Math.Pow(o.Momentum, group.StepCount) : 1;
                run.Apply(new DirectionRule(o.LearningRate / correction, o.Momentum, 1 - o.Momentum));
                break;
            default:
                double entering = group.StepCount == 1 ? 1 : 1 - o.Dampening;
                run.Apply(new DirectionRule(o.LearningRate, o.Momentum, entering));
                break;
        }
    }

    internal readonly struct PlainRule(double rate) : IUpdateRule
    {
        private readonly double _rate = rate;

        public static int Slots => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value -= _rate * gradient;
    }

    internal readonly struct DirectionRule(double rate, double momentum, double entering) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _entering = entering;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) + (_entering * gradient);
            value -= _rate * s0;
        }
    }

    internal readonly struct VelocityRule(double rate, double momentum) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) - (_rate * gradient);
            value += s0;
        }
    }

    internal readonly struct NesterovRule(double rate, double momentum) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) + gradient;
            value -= _rate * (gradient + (_momentum * s0));
        }
    }

    internal readonly struct NesterovVelocityRule(double rate, double momentum) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _onePlusMomentum = 1 + momentum;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            T before = s0;
            s0 = (_momentum * s0) - (_rate * gradient);
            value += (_onePlusMomentum * s0) - (_momentum * before);
        }
    }
}
