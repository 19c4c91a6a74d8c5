using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Adamax: m ← beta1 m + (1 - beta1) g, u ← max(beta2 u, |g| + epsilon), w ← w - learningRate / (1 - beta1^t) m / u.
/// </summary>
/// <remarks>
/// Adam with the largest gradient, decayed, in place of the mean square. Weight decay adds weightDecay w to g. State: mean (m) and
/// largest (u). Sources: Kingma, Ba 2015, section 7; torch.optim.Adamax.
/// </remarks>
public sealed class Adamax : Optimizer<AdamaxOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the largest gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Adamax(
        IEnumerable<Parameter> parameters,
        double learningRate = 2e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0)
        : this(parameters, new AdamaxOptions
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
    public Adamax(IEnumerable<Parameter> parameters, AdamaxOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdamaxOptions options) => ["mean", "largest"];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdamaxOptions> group, UpdateRun run)
    {
        AdamaxOptions o = group.Options;
        double rate = o.LearningRate / (1 - Math.Pow(o.Beta1, group.StepCount));
        run.Apply(new Rule(rate, o.Beta1, o.Beta2, o.Epsilon));
    }

    internal readonly struct Rule(double rate, double beta1, double beta2, double epsilon) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _epsilon = epsilon;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_beta1 * s0) + (_oneMinusBeta1 * gradient);
            s1 = T.Max(_beta2 * s1, T.Abs(gradient) + _epsilon);
            value -= _rate * s0 / s1;
        }
    }
}
