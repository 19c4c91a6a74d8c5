using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Gradient descent, with momentum if asked for: v ← momentum v + (1 - dampening) g, w ← w - learningRate v; with Nesterov's,
/// w ← w - learningRate (g + momentum v). The first step sets v to g.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay w to g. Batch, stochastic and mini-batch descent are this rule with batches of all samples, one,
/// or some. Sources: Polyak 1964; Nesterov 1983 in the form of Sutskever, Martens, Dahl, Hinton 2013; torch.optim.SGD.
/// </remarks>
public sealed class Sgd : Optimizer
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="momentum">How much of the last step's direction stays, in [0, 1).</param>
    /// <param name="dampening">How much less of the gradient enters the direction, in [0, 1).</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="nesterov">Whether the step looks ahead; needs momentum and no dampening.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there is no parameter.</exception>
    public Sgd(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double momentum = 0,
        double dampening = 0,
        double weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate, InUnit(nameof(Sgd), nameof(momentum), momentum) > 0 ? 1 : 0)
    {
        if (nesterov && (momentum == 0 || dampening != 0))
        {
            throw new ArgumentException($"Sgd: Nesterov's momentum needs momentum above 0 and dampening 0, not {momentum} and {dampening}.", nameof(nesterov));
        }

        Momentum = momentum;
        Dampening = InUnit(nameof(Sgd), nameof(dampening), dampening);
        WeightDecay = NotNegative(nameof(Sgd), nameof(weightDecay), weightDecay);
        Nesterov = nesterov;
    }

    /// <summary>How much of the last step's direction stays.</summary>
    public double Momentum { get; private set; }

    /// <summary>How much less of the gradient enters the direction.</summary>
    public double Dampening { get; }

    /// <summary>The factor of w that is added to the gradient.</summary>
    public double WeightDecay { get; }

    /// <summary>Whether the step looks ahead.</summary>
    public bool Nesterov { get; }

    private protected override double? CycledMomentum
    {
        get => Momentum > 0 ? Momentum : null;
        set => Momentum = value!.Value;
    }

    private protected override void Update(in Operand values, in Operand gradients, ReadOnlySpan<Operand> state)
    {
        if (Momentum == 0)
        {
            UpdateKernel.Run(new PlainRule(LearningRate, WeightDecay), values, gradients, state);
            return;
        }

        double entering = StepCount == 1 ? 1 : 1 - Dampening;
        if (Nesterov)
        {
            UpdateKernel.Run(new NesterovRule(LearningRate, Momentum, entering, WeightDecay), values, gradients, state);
        }
        else
        {
            UpdateKernel.Run(new MomentumRule(LearningRate, Momentum, entering, WeightDecay), values, gradients, state);
        }
    }

    private readonly struct PlainRule(double rate, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _decay = decay;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value -= _rate * (gradient + (_decay * value));
    }

    private readonly struct MomentumRule(double rate, double momentum, double entering, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _entering = entering;
        private readonly double _decay = decay;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 1;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) + (_entering * (gradient + (_decay * value)));
            value -= _rate * s0;
        }
    }

    private readonly struct NesterovRule(double rate, double momentum, double entering, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _entering = entering;
        private readonly double _decay = decay;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 1;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            T decayed = gradient + (_decay * value);
            s0 = (_momentum * s0) + (_entering * decayed);
            value -= _rate * (decayed + (_momentum * s0));
        }
    }
}
