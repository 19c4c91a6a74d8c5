using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// RMSProp: s ← alpha s + (1 - alpha) g², w ← w - learningRate g / (sqrt(s) + epsilon).
/// </summary>
/// <remarks>
/// Epsilon may stand inside the root. Centered, the square of the mean gradient is taken off s. With momentum, b ← momentum b + g / (…)
/// and w ← w - learningRate b. Weight decay adds weightDecay w to g. State: square, and mean (centered) and momentum if they are asked
/// for. Sources: Tieleman, Hinton 2012, lecture 6.5; Graves 2013 (centered, momentum); torch.optim.RMSprop.
/// </remarks>
public sealed class RMSProp : Optimizer<RMSPropOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="alpha">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="momentum">How much of the last step's direction stays, in [0, 1).</param>
    /// <param name="centered">Whether the variance of the gradient divides instead of its mean square.</param>
    /// <param name="epsilonPlacement">Where epsilon stands.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public RMSProp(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double alpha = 0.99,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentum = 0,
        bool centered = false,
        EpsilonPlacement epsilonPlacement = EpsilonPlacement.OutsideRoot)
        : this(parameters, new RMSPropOptions
        {
            LearningRate = learningRate,
            Alpha = alpha,
            Epsilon = epsilon,
            Momentum = momentum,
            Centered = centered,
            WeightDecay = weightDecay,
            EpsilonPlacement = epsilonPlacement,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public RMSProp(IEnumerable<Parameter> parameters, RMSPropOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(RMSPropOptions options) => (options.Centered, options.Momentum > 0) switch
    {
        (true, true) => ["square", "mean", "momentum"],
        (true, false) => ["square", "mean"],
        (false, true) => ["square", "momentum"],
        _ => ["square"],
    };

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<RMSPropOptions> group, UpdateRun run)
    {
        RMSPropOptions o = group.Options;
        Average average = new(o.LearningRate, o.Alpha, o.Momentum, new RootDivisor(1, o.Epsilon, o.EpsilonPlacement));
        if (o.Centered && o.Momentum > 0)
        {
            run.Apply(new CenteredMomentumRule(average));
        }
        else if (o.Centered)
        {
            run.Apply(new CenteredRule(average));
        }
        else if (o.Momentum > 0)
        {
            run.Apply(new MomentumRule(average));
        }
        else
        {
            run.Apply(new PlainRule(average));
        }
    }

    internal readonly struct Average(double rate, double alpha, double momentum, RootDivisor root)
    {
        private readonly double _rate = rate;
        private readonly double _alpha = alpha;
        private readonly double _oneMinusAlpha = 1 - alpha;
        private readonly double _momentum = momentum;
        private readonly RootDivisor _root = root;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Direction<T>(T gradient, ref T square)
            where T : unmanaged, IReal<T>
        {
            square = (_alpha * square) + (_oneMinusAlpha * (gradient * gradient));
            return gradient / _root.Of(square);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Direction<T>(T gradient, ref T square, ref T mean)
            where T : unmanaged, IReal<T>
        {
            square = (_alpha * square) + (_oneMinusAlpha * (gradient * gradient));
            mean = (_alpha * mean) + (_oneMinusAlpha * gradient);

            // Rounding may take the difference below 0, and infinity less infinity is none.
            return gradient / _root.Of(T.IfEqual(square, double.PositiveInfinity, square, T.Max(square - (mean * mean), 0)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Move<T>(ref T value, T direction)
            where T : unmanaged, IReal<T> => value -= _rate * direction;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Move<T>(ref T value, T direction, ref T velocity)
            where T : unmanaged, IReal<T>
        {
            velocity = (_momentum * velocity) + direction;
            value -= _rate * velocity;
        }
    }

    internal readonly struct PlainRule(Average average) : IUpdateRule
    {
        private readonly Average _average = average;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => _average.Move(ref value, _average.Direction(gradient, ref s0));
    }

    internal readonly struct MomentumRule(Average average) : IUpdateRule
    {
        private readonly Average _average = average;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => _average.Move(ref value, _average.Direction(gradient, ref s0), ref s1);
    }

    internal readonly struct CenteredRule(Average average) : IUpdateRule
    {
        private readonly Average _average = average;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => _average.Move(ref value, _average.Direction(gradient, ref s0, ref s1));
    }

    internal readonly struct CenteredMomentumRule(Average average) : IUpdateRule
    {
        private readonly Average _average = average;

        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => _average.Move(ref value, _average.Direction(gradient, ref s0, ref s1), ref s2);
    }
}
