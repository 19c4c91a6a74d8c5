using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Adam: m ← b1 m + (1 - b1) g, v ← b2 v + (1 - b2) g², w ← w - learningRate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay w to g; for decay that the averages do not see, use <see cref="AdamW"/>. With AMSGrad the
/// largest v so far divides. Sources: Kingma, Ba 2015; Reddi, Kale, Kumar 2018; torch.optim.Adam.
/// </remarks>
public class Adam : Optimizer
{
    private readonly bool _decoupled;

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="amsGrad">Whether the largest mean squared gradient so far divides.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there is no parameter.</exception>
    public Adam(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool amsGrad = false)
        : this(parameters, learningRate, beta1, beta2, epsilon, weightDecay, amsGrad, decoupled: false)
    {
    }

    private protected Adam(
        IEnumerable<Parameter> parameters,
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        bool amsGrad,
        bool decoupled)
        : base(parameters, learningRate, amsGrad ? 3 : 2)
    {
        Beta1 = InUnit(GetType().Name, nameof(beta1), beta1);
        Beta2 = InUnit(GetType().Name, nameof(beta2), beta2);
        Epsilon = NotNegative(GetType().Name, nameof(epsilon), epsilon);
        WeightDecay = NotNegative(GetType().Name, nameof(weightDecay), weightDecay);
        AmsGrad = amsGrad;
        _decoupled = decoupled;
    }

    /// <summary>How much of the mean gradient stays.</summary>
    public double Beta1 { get; private set; }

    /// <summary>How much of the mean squared gradient stays.</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>The strength of the weight decay.</summary>
    public double WeightDecay { get; }

    /// <summary>Whether the largest mean squared gradient so far divides.</summary>
    public bool AmsGrad { get; }

    private protected override double? CycledMomentum
    {
        get => Beta1;
        set => Beta1 = value!.Value;
    }

    private protected override void Update(in Operand values, in Operand gradients, ReadOnlySpan<Operand> state)
    {
        double correction1 = 1 - Math.Pow(Beta1, StepCount);
        double correction2 = 1 - Math.Pow(Beta2, StepCount);
        AdamStep step = new(
            LearningRate / correction1, 1 / Math.Sqrt(correction2), Beta1, Beta2, Epsilon, _decoupled ? 0 : WeightDecay,
            _decoupled ? 1 - (LearningRate * WeightDecay) : 1);
        if (AmsGrad)
        {
            UpdateKernel.Run(new AmsGradRule(step), values, gradients, state);
        }
        else
        {
            UpdateKernel.Run(new AdamRule(step), values, gradients, state);
        }
    }

    private readonly struct AdamStep(double rate, double rootScale, double beta1, double beta2, double epsilon, double decay, double shrink)
    {
        private readonly double _rate = rate;
        private readonly double _rootScale = rootScale;
        private readonly double _beta1 = beta1;
        private readonly double _beta2 = beta2;
        private readonly double _epsilon = epsilon;
        private readonly double _decay = decay;
        private readonly double _shrink = shrink;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Average<T>(T value, T gradient, ref T mean, ref T square)
            where T : unmanaged, IReal<T>
        {
            T decayed = gradient + (_decay * value);
            mean = (_beta1 * mean) + ((1 - _beta1) * decayed);
            square = (_beta2 * square) + ((1 - _beta2) * (decayed * decayed));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Move<T>(T value, T mean, T square)
            where T : unmanaged, IReal<T> =>
            (value * _shrink) - (_rate * mean / ((T.Sqrt(square) * _rootScale) + _epsilon));
    }

    private readonly struct AdamRule(AdamStep step) : IUpdateRule
    {
        private readonly AdamStep _step = step;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 2;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            _step.Average(value, gradient, ref s0, ref s1);
            value = _step.Move(value, s0, s1);
        }
    }

    private readonly struct AmsGradRule(AdamStep step) : IUpdateRule
    {
        private readonly AdamStep _step = step;

        public static int Slots
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            _step.Average(value, gradient, ref s0, ref s1);
            s2 = T.Max(s2, s1);
            value = _step.Move(value, s0, s2);
        }
    }
}
