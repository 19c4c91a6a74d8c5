using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Averaged stochastic gradient descent: w ← (1 - lambda r_t) w - r_t g with r_t = learningRate / (1 + lambda learningRate (t -
/// 1))^alpha, and the mean of w over the steps after averagingStart in state.
/// </summary>
/// <remarks>
/// <para>The mean is what one evaluates: <c>using (optimizer.UseAverage()) { … }</c>. Before averagingStart it is w itself.</para>
/// <para>Weight decay adds weightDecay w to g. State: average. Sources: Polyak, Juditsky 1992; Bottou 2010; torch.optim.ASGD.</para>
/// </remarks>
public sealed class ASGD : Optimizer<ASGDOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="lambda">How fast the rate falls; it shrinks w as well.</param>
    /// <param name="alpha">The power of the fall.</param>
    /// <param name="averagingStart">After how many steps averaging begins.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public ASGD(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double lambda = 1e-4,
        double alpha = 0.75,
        double averagingStart = 1e6,
        double weightDecay = 0)
        : this(parameters, new ASGDOptions
        {
            LearningRate = learningRate,
            Lambda = lambda,
            Alpha = alpha,
            AveragingStart = averagingStart,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public ASGD(IEnumerable<Parameter> parameters, ASGDOptions options)
        : base(parameters, options)
    {
    }

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(ASGDOptions options) => ["average"];

    /// <summary>Puts the averages in place of the parameters until the result is disposed.</summary>
    public WeightSwap UseAverage() => new(Groups, static run => run.StateOperands[0]);

    private protected override void Initialize(UpdateRun run) => StridedCopy.Run(run.StateOperands[0], run.Values);

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<ASGDOptions> group, UpdateRun run)
    {
        ASGDOptions o = group.Options;
        double rate = o.LearningRate / Math.Pow(1 + (o.Lambda * o.LearningRate * (group.StepCount - 1)), o.Alpha);
        double share = 1 / Math.Max(1, group.StepCount - 1 - o.AveragingStart);
        run.Apply(new Rule(rate, 1 - (o.Lambda * rate), share));
    }

    internal readonly struct Rule(double rate, double kept, double share) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _kept = kept;
        private readonly double _share = share;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            value = (value * _kept) - (_rate * gradient);
            if (_share < 1)
            {
                s0 += _share * (value - s0);
            }
            else
            {
                s0 = value;
            }
        }
    }
}
