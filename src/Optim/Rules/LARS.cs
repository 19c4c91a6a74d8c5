using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// LARS, layer-wise adaptive rates: for each parameter by itself, v ← momentum v + learningRate c (g + weightDecay w), w ← w - v, with
/// the trust ratio c = trust ‖w‖ / (‖g‖ + weightDecay ‖w‖ + epsilon).
/// </summary>
/// <remarks>
/// <para>Where ‖w‖ or ‖g‖ is 0, c is 1; where its square is too large for the element type (from 1.8e19 on in Float32), c is 0. Norms are of whole parameters, worked out for all of them together: four launches a step for each
/// stretch, six on a GPU. Biases and the like are often put in a group without it: use <see cref="SGD"/> for them.</para>
/// <para>With <see cref="OptimizerOptions.DecoupledWeightDecay"/> neither g nor the trust ratio sees the decay. State: momentum (v).
/// Source: You, Gitman, Ginsburg 2017.</para>
/// </remarks>
public sealed class LARS : Optimizer<LARSOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The rate that trust ratios are applied to.</param>
    /// <param name="momentum">How much of the last step stays, in [0, 1).</param>
    /// <param name="trust">The trust coefficient, eta of the paper.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public LARS(
        IEnumerable<Parameter> parameters,
        double learningRate = 0.1,
        double momentum = 0.9,
        double trust = 1e-3,
        double epsilon = 1e-8,
        double weightDecay = 0)
        : this(parameters, new LARSOptions
        {
            LearningRate = learningRate,
            Momentum = momentum,
            Trust = trust,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public LARS(IEnumerable<Parameter> parameters, LARSOptions options)
        : base(parameters, options)
    {
    }

    private readonly Dictionary<UpdateRun, Segments> _segments = [];

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(LARSOptions options) => ["momentum"];

    private protected override bool DecaysItself => true;

    private protected override bool TreatsGradientsInside => false;

    private protected override void Initialize(UpdateRun run) => _segments.Add(run, new Segments(run));

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<LARSOptions> group, UpdateRun run)
    {
        LARSOptions o = group.Options;
        Segments segments = _segments[run] = _segments[run].Now(run);
        Tensor weights = segments.Result(run, "weights");
        Tensor gradients = segments.Result(run, "gradients");
        segments.Reduce(default(SumOfSquares), weights, run.Values);
        segments.Reduce(default(SumOfSquares), gradients, run.Gradients);
        double kept = 1 - run.Treatment.Shrinkage;
        double decay = o.DecoupledWeightDecay ? 0 : o.WeightDecay;
        Elementwise.Run(new TrustRatio(kept * o.Trust, decay, o.Epsilon), weights.Operand, weights.Operand, gradients.Operand);
        segments.Apply(
            new Rule(o.LearningRate, o.Momentum, decay, kept, o.Maximize ? -1 : 1), run.Values, run.Gradients, run.StateOperands[0], weights,
            run.Treatment.Go);
    }

    internal readonly struct Rule(double rate, double momentum, double decay, double kept, double sign) : ISegmentRule
    {
        private readonly double _rate = rate;
        private readonly double _momentum = momentum;
        private readonly double _decay = decay;
        private readonly double _kept = kept;
        private readonly double _sign = sign;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, T factor, ref T state)
            where T : unmanaged, IReal<T>
        {
            state = (_momentum * state) + (_rate * factor * ((_sign * gradient) + (_decay * value)));
            value = (_kept * value) - state;
        }
    }
}
