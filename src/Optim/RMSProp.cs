using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// RMSProp: s ← alpha s + (1 - alpha) g², w ← w - learningRate g / (sqrt(s) + epsilon).
/// </summary>
/// <remarks>
/// Centered, the square of the mean gradient is taken off s. With momentum, b ← momentum b + g / (…) and w ← w - learningRate b.
/// Weight decay adds weightDecay w to g. Sources: Tieleman, Hinton 2012, lecture 6.5; Graves 2013 (centered); torch.optim.RMSprop.
/// </remarks>
public sealed class RMSProp : Optimizer
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="alpha">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="momentum">How much of the last step's direction stays, in [0, 1).</param>
    /// <param name="centered">Whether the variance of the gradient divides instead of its mean square.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there is no parameter.</exception>
    public RMSProp(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double momentum = 0,
        bool centered = false,
        double weightDecay = 0)
        : base(parameters, learningRate, 3)
    {
        Alpha = InUnit(nameof(RMSProp), nameof(alpha), alpha);
        Epsilon = NotNegative(nameof(RMSProp), nameof(epsilon), epsilon);
        Momentum = InUnit(nameof(RMSProp), nameof(momentum), momentum);
        Centered = centered;
        WeightDecay = NotNegative(nameof(RMSProp), nameof(weightDecay), weightDecay);
    }

    /// <summary>How much of the mean squared gradient stays.</summary>
    public double Alpha { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>How much of the last step's direction stays.</summary>
    public double Momentum { get; private set; }

    /// <summary>Whether the variance of the gradient divides instead of its mean square.</summary>
    public bool Centered { get; }

    /// <summary>The factor of w that is added to the gradient.</summary>
    public double WeightDecay { get; }

    private protected override double? CycledMomentum
    {
        get => Momentum;
        set => Momentum = value!.Value;
    }

    private protected override void Update(in Operand values, in Operand gradients, ReadOnlySpan<Operand> state) =>
        UpdateKernel.Run(new Rule(LearningRate, Alpha, Epsilon, Momentum, Centered ? 1 : 0, WeightDecay), values, gradients, state);

    private readonly struct Rule(double rate, double alpha, double epsilon, double momentum, double centered, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _alpha = alpha;
        private readonly double _epsilon = epsilon;
        private readonly double _momentum = momentum;
        private readonly double _centered = centered;
        private readonly double _decay = decay;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            T decayed = gradient + (_decay * value);
            s0 = (_alpha * s0) + ((1 - _alpha) * (decayed * decayed));
            s1 = (_alpha * s1) + ((1 - _alpha) * decayed);
            T spread = s0 - (_centered * (s1 * s1));
            s2 = (_momentum * s2) + (decayed / (T.Sqrt(spread) + _epsilon));
            value -= _rate * s2;
        }
    }
}
