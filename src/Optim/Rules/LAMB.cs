using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// LAMB, Adam with layer-wise rates: u = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay w with Adam's m and v,
/// and for each parameter by itself w ← w - learningRate ‖w‖ / ‖u‖ u.
/// </summary>
/// <remarks>
/// <para>Where ‖w‖ or ‖u‖ is 0, their quotient is 1; where a square is too large for the element type, it is 0. Norms are of whole parameters, worked out for all of them together: five launches a
/// step for each stretch, seven on a GPU.</para>
/// <para>The decay is part of the direction, and so of its norm; with <see cref="OptimizerOptions.DecoupledWeightDecay"/> it is neither.
/// State: mean (m) and square (v). Source: You et al. 2020, algorithm 2 with the identity for phi.</para>
/// </remarks>
public sealed class LAMB : Optimizer<LAMBOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The strength of the decay, beside the averages.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public LAMB(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-6,
        double weightDecay = 0.01)
        : this(parameters, new LAMBOptions
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public LAMB(IEnumerable<Parameter> parameters, LAMBOptions options)
        : base(parameters, options)
    {
    }

    private readonly Dictionary<UpdateRun, (Segments Segments, Tensor Direction)> _runs = [];

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(LAMBOptions options) => ["mean", "square"];

    private protected override bool DecaysItself => true;

    private protected override void Initialize(UpdateRun run) => _runs.Add(run, (new Segments(run), run.Scratch()));

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<LAMBOptions> group, UpdateRun run)
    {
        LAMBOptions o = group.Options;
        (Segments segments, Tensor direction) = _runs[run];
        segments = segments.Now(run);
        _runs[run] = (segments, direction);
        DirectionRule rule = new(
            1 / (1 - Math.Pow(o.Beta1, group.StepCount)), 1 / Math.Sqrt(1 - Math.Pow(o.Beta2, group.StepCount)), o.Beta1, o.Beta2, o.Epsilon,
            o.DecoupledWeightDecay ? 0 : o.WeightDecay);
        run.Apply(rule, [run.StateOperands[0], run.StateOperands[1], direction.Operand]);
        Tensor weights = segments.Result(run, "weights");
        Tensor lengths = segments.Result(run, "lengths");
        segments.Reduce(default(SumOfSquares), weights, run.Values);
        segments.Reduce(default(SumOfSquares), lengths, direction.Operand);
        Elementwise.Run(new TrustRatio(1, 0, 0), weights.Operand, weights.Operand, lengths.Operand);
        segments.Apply(new MoveRule(o.LearningRate), run.Values, direction.Operand, null, weights, run.Treatment.Go);
    }

    internal readonly struct DirectionRule(double meanScale, double rootScale, double beta1, double beta2, double epsilon, double decay) : IUpdateRule
    {
        private readonly double _meanScale = meanScale;
        private readonly double _rootScale = rootScale;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;
        private readonly double _epsilon = epsilon;
        private readonly double _decay = decay;

        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_beta1 * s0) + (_oneMinusBeta1 * gradient);
            s1 = (_beta2 * s1) + (_oneMinusBeta2 * (gradient * gradient));
            s2 = (_meanScale * s0 / ((_rootScale * T.Sqrt(s1)) + _epsilon)) + (_decay * value);
        }
    }

    internal readonly struct MoveRule(double rate) : ISegmentRule
    {
        private readonly double _rate = rate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, T factor, ref T state)
            where T : unmanaged, IReal<T> => value -= _rate * factor * gradient;
    }
}
