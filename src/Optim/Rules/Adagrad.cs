using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Adagrad: s ← s + g², w ← w - learningRate / (1 + (t - 1) learningRateDecay) g / (sqrt(s) + epsilon).</summary>
/// <remarks>
/// Epsilon may stand inside the root. With momentum, b ← momentum b + g / (…) and w ← w - learningRate b. Weight decay adds weightDecay w
/// to g. State: sum, and momentum if there is any. Sources: Duchi, Hazan, Singer 2011; torch.optim.Adagrad.
/// </remarks>
public sealed class Adagrad : Optimizer<AdagradOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a first step goes.</param>
    /// <param name="learningRateDecay">How fast the learning rate falls besides.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="initialAccumulator">What s begins with.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="epsilonPlacement">Where epsilon stands.</param>
    /// <param name="momentum">How much of the last step's direction stays, in [0, 1).</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Adagrad(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double learningRateDecay = 0,
        double weightDecay = 0,
        double initialAccumulator = 0,
        double epsilon = 1e-10,
        EpsilonPlacement epsilonPlacement = EpsilonPlacement.OutsideRoot,
        double momentum = 0)
        : this(parameters, new AdagradOptions
        {
            LearningRate = learningRate,
            LearningRateDecay = learningRateDecay,
            WeightDecay = weightDecay,
            InitialAccumulator = initialAccumulator,
            Epsilon = epsilon,
            EpsilonPlacement = epsilonPlacement,
            Momentum = momentum,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public Adagrad(IEnumerable<Parameter> parameters, AdagradOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdagradOptions options) => options.Momentum > 0 ? ["sum", "momentum"] : ["sum"];

    /// <inheritdoc/>
    protected override double InitialState(AdagradOptions options, int slot) => slot == 0 ? options.InitialAccumulator : 0;

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdagradOptions> group, UpdateRun run)
    {
        AdagradOptions o = group.Options;
        double rate = o.LearningRate / (1 + ((group.StepCount - 1) * o.LearningRateDecay));
        RootDivisor root = new(1, o.Epsilon, o.EpsilonPlacement);
        if (o.Momentum > 0)
        {
            run.Apply(new MomentumRule(rate, o.Momentum, root));
        }
        else
        {
            run.Apply(new PlainRule(rate, root));
        }
    }

    internal readonly struct PlainRule(double rate, RootDivisor root) : IUpdateRule
    {
        // Copies of the divisor's numbers: ILGPU 1.5.3 leaves a rule of just four in local memory.
        private readonly double _rate = rate;
        private readonly double _inside = root.Inside;
        private readonly double _outside = root.Outside;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 += gradient * gradient;
            value -= _rate * (gradient / (T.Sqrt(s0 + _inside) + _outside));
        }
    }

    internal readonly struct MomentumRule(double rate, double momentum, RootDivisor root) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly RootDivisor _root = root;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 += gradient * gradient;
            s1 = (_momentum * s1) + (gradient / _root.Of(s0));
            value -= _rate * s1;
        }
    }
}
