using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Adagrad: s ← s + g², w ← w - learningRate / (1 + (t - 1) learningRateDecay) g / (sqrt(s) + epsilon).</summary>
/// <remarks>Weight decay adds weightDecay w to g. Sources: Duchi, Hazan, Singer 2011; torch.optim.Adagrad.</remarks>
public sealed class Adagrad : Optimizer
{
    private readonly double _initialAccumulator;

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a first step goes.</param>
    /// <param name="learningRateDecay">How fast the learning rate falls besides.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="initialAccumulator">What s begins with.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there is no parameter.</exception>
    public Adagrad(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double learningRateDecay = 0,
        double weightDecay = 0,
        double initialAccumulator = 0,
        double epsilon = 1e-10)
        : base(parameters, learningRate, 1)
    {
        LearningRateDecay = NotNegative(nameof(Adagrad), nameof(learningRateDecay), learningRateDecay);
        WeightDecay = NotNegative(nameof(Adagrad), nameof(weightDecay), weightDecay);
        _initialAccumulator = NotNegative(nameof(Adagrad), nameof(initialAccumulator), initialAccumulator);
        Epsilon = NotNegative(nameof(Adagrad), nameof(epsilon), epsilon);
    }

    /// <summary>How fast the learning rate falls besides.</summary>
    public double LearningRateDecay { get; }

    /// <summary>The factor of w that is added to the gradient.</summary>
    public double WeightDecay { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    private protected override void Update(in Operand values, in Operand gradients, ReadOnlySpan<Operand> state)
    {
        double rate = LearningRate / (1 + ((StepCount - 1) * LearningRateDecay));
        double initial = StepCount == 1 ? _initialAccumulator : 0;
        UpdateKernel.Run(new Rule(rate, Epsilon, WeightDecay, initial), values, gradients, state);
    }

    private readonly struct Rule(double rate, double epsilon, double decay, double initial) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _epsilon = epsilon;
        private readonly double _decay = decay;
        private readonly double _initial = initial;

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
            s0 = s0 + _initial + (decayed * decayed);
            value -= _rate * decayed / (T.Sqrt(s0) + _epsilon);
        }
    }
}
