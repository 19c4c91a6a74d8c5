using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Delta-bar-delta: each element has a learning rate of its own, raised by an addend where the gradient agrees with the mean of the past
/// ones, lowered by a factor where it disagrees; w ← w - rate g.
/// </summary>
/// <remarks>
/// <para>rate ← rate + raise if d g &gt; 0, rate (1 - lower) if d g &lt; 0, then d ← theta d + (1 - theta) g. The first rate is
/// learningRate, which has no effect later: schedules do not act. With momentum, b ← momentum b + rate g and w ← w - b.</para>
/// <para>Gradients of small mini-batches disagree by noise, and the rates fall for no reason: use the whole set or large batches. Weight
/// decay adds weightDecay w to g. State: average (d), rate, and momentum if there is any. Source: Jacobs 1988.</para>
/// </remarks>
public sealed class DeltaBarDelta : Optimizer<DeltaBarDeltaOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The rate each element begins with.</param>
    /// <param name="raise">What is added to a rate, kappa of the paper.</param>
    /// <param name="lower">What part of a rate is taken off, phi of the paper, in [0, 1).</param>
    /// <param name="theta">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="momentum">How much of the last step stays, in [0, 1).</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public DeltaBarDelta(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double raise = 1e-3,
        double lower = 0.333,
        double theta = 0.7,
        double momentum = 0,
        double weightDecay = 0)
        : this(parameters, new DeltaBarDeltaOptions
        {
            LearningRate = learningRate,
            Raise = raise,
            Lower = lower,
            Theta = theta,
            Momentum = momentum,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public DeltaBarDelta(IEnumerable<Parameter> parameters, DeltaBarDeltaOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(DeltaBarDeltaOptions options) =>
        options.Momentum > 0 ? ["average", "rate", "momentum"] : ["average", "rate"];

    /// <inheritdoc/>
    protected override double InitialState(DeltaBarDeltaOptions options, int slot) => slot == 1 ? options.LearningRate : 0;

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<DeltaBarDeltaOptions> group, UpdateRun run)
    {
        DeltaBarDeltaOptions o = group.Options;
        Rates rates = new(o.Raise, 1 - o.Lower, o.Theta);
        if (o.Momentum > 0)
        {
            run.Apply(new MomentumRule(rates, o.Momentum));
        }
        else
        {
            run.Apply(new PlainRule(rates));
        }
    }

    internal readonly struct Rates(double raise, double kept, double theta)
    {
        private readonly double _raise = raise;
        private readonly double _kept = kept;
        private readonly double _theta = theta;
        private readonly double _oneMinusTheta = 1 - theta;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Step<T>(T gradient, ref T average, ref T rate)
            where T : unmanaged, IReal<T>
        {
            T agreement = average * gradient;
            rate = T.IfGreater(agreement, 0, rate + _raise, T.IfGreater(-agreement, 0, rate * _kept, rate));
            average = (_theta * average) + (_oneMinusTheta * gradient);
            return rate * gradient;
        }
    }

    internal readonly struct PlainRule(Rates rates) : IUpdateRule
    {
        private readonly Rates _rates = rates;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value -= _rates.Step(gradient, ref s0, ref s1);
    }

    internal readonly struct MomentumRule(Rates rates, double momentum) : IUpdateRule
    {
        private readonly Rates _rates = rates;
        private readonly double _momentum = momentum;

        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s2 = (_momentum * s2) + _rates.Step(gradient, ref s0, ref s1);
            value -= s2;
        }
    }
}
