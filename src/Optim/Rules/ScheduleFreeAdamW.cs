using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Schedule-free AdamW: no schedule, no end to be known. z takes Adam's steps, x is their weighted mean, and gradients are taken between
/// them at y = (1 - beta1) z + beta1 x.
/// </summary>
/// <remarks>
/// <para>v ← beta2 v + (1 - beta2) g², z ← z - r_t (g / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay y), x ← (1 - c_t) x + c_t z
/// with c_t = r_t² / (r_1² + … + r_t²), where r_t is learningRate, rising linearly over the first warmupSteps. The parameters hold y
/// while training.</para>
/// <para>x is what one evaluates and saves: <c>using (optimizer.UseAverage()) { … }</c>. State: z, square (v), and for each group
/// weight_sum and largest_rate. Source: Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky 2024, algorithm 1, with weights by the
/// largest rate so far.</para>
/// </remarks>
public sealed class ScheduleFreeAdamW : Optimizer<ScheduleFreeAdamWOptions>
{
    private const string WeightSum = "weight_sum";
    private const string LargestRate = "largest_rate";

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How far y is from z towards x, in (0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The strength of the decay.</param>
    /// <param name="warmupSteps">The steps over which the rate rises to learningRate.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public ScheduleFreeAdamW(
        IEnumerable<Parameter> parameters,
        double learningRate = 2.5e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        int warmupSteps = 0)
        : this(parameters, new ScheduleFreeAdamWOptions
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WarmupSteps = warmupSteps,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">The decay is decoupled, there is no parameter, or one is given twice.</exception>
    public ScheduleFreeAdamW(IEnumerable<Parameter> parameters, ScheduleFreeAdamWOptions options)
        : base(parameters, options)
    {
    }

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(ScheduleFreeAdamWOptions options) => ["z", "square"];

    /// <summary>Puts the means x in place of the parameters until the result is disposed.</summary>
    public WeightSwap UseAverage() => new(Groups, run =>
    {
        ParameterGroup<ScheduleFreeAdamWOptions> group = Groups.Cast<ParameterGroup<ScheduleFreeAdamWOptions>>().First(group => group.Runs.Contains(run));
        if (group.StepCount == 0)
        {
            Initialize(run);
        }

        UpdateKernel.Run(new AverageRule(group.Options.Beta1), run.Values, run.Gradients, [run.StateOperands[0]]);
        return null;
    });

    private protected override bool DecaysItself => true;

    // Again until the first step: weights may have been loaded since the optimizer was made.
    private protected override void Initialize(UpdateRun run) => StridedCopy.Run(run.StateOperands[0], run.Values);

    /// <inheritdoc/>
    protected override void Start(ParameterGroup<ScheduleFreeAdamWOptions> group)
    {
        SetNumber(group, WeightSum, 0);
        SetNumber(group, LargestRate, 0);
    }

    /// <inheritdoc/>
    protected override void BeginStep(ParameterGroup<ScheduleFreeAdamWOptions> group)
    {
        double largest = Math.Max(Number(group, LargestRate), Rate(group.Options, group.StepCount));
        SetNumber(group, LargestRate, largest);
        SetNumber(group, WeightSum, Number(group, WeightSum) + (largest * largest));
    }

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<ScheduleFreeAdamWOptions> group, UpdateRun run)
    {
        if (group.StepCount == 1)
        {
            Initialize(run);
        }

        ScheduleFreeAdamWOptions o = group.Options;
        double rate = Rate(o, group.StepCount);
        double largest = Number(group, LargestRate);
        double share = largest > 0 ? largest * largest / Number(group, WeightSum) : 0;
        double rootScale = 1 / Math.Sqrt(1 - Math.Pow(o.Beta2, group.StepCount));
        run.Apply(new Rule(rate, (o.Beta1 * (1 - share)) - 1, share, o.Beta2, rootScale, o.Epsilon, o.WeightDecay));
    }

    private static double Rate(ScheduleFreeAdamWOptions o, long step) => o.LearningRate * Math.Min(1, (double)step / Math.Max(1, o.WarmupSteps));

    internal readonly struct AverageRule(double beta1) : IUpdateRule
    {
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value = (value - (_oneMinusBeta1 * s0)) / _beta1;
    }

    internal readonly struct Rule(double rate, double along, double share, double beta2, double rootScale, double epsilon, double decay) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _along = along;
        private readonly double _share = share;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;
        private readonly double _rootScale = rootScale;
        private readonly double _epsilon = epsilon;
        private readonly double _decay = decay;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s1 = (_beta2 * s1) + (_oneMinusBeta2 * (gradient * gradient));
            T step = _rate * ((gradient / ((_rootScale * T.Sqrt(s1)) + _epsilon)) + (_decay * value));
            value = value + (_share * (s0 - value)) + (_along * step);
            s0 -= step;
        }
    }
}
