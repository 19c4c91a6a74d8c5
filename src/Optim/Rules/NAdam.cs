using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// NAdam, Adam with Nesterov's momentum: mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2), m and v as in Adam, w ← w - learningRate ((1 -
/// mu_t) / (1 - mu_1 … mu_t) g + mu_(t+1) / (1 - mu_1 … mu_(t+1)) m) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay w to g. State: mean (m), square (v), and for each group mu_product, the product of all mu so far.
/// Sources: Dozat 2016; torch.optim.NAdam.
/// </remarks>
public sealed class NAdam : Optimizer<NAdamOptions>
{
    private const string Product = "mu_product";

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="momentumDecay">How fast the momentum rises to beta1.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public NAdam(
        IEnumerable<Parameter> parameters,
        double learningRate = 2e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        double momentumDecay = 4e-3)
        : this(parameters, new NAdamOptions
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            MomentumDecay = momentumDecay,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public NAdam(IEnumerable<Parameter> parameters, NAdamOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(NAdamOptions options) => ["mean", "square"];

    /// <inheritdoc/>
    protected override void Start(ParameterGroup<NAdamOptions> group) => SetNumber(group, Product, 1);

    /// <inheritdoc/>
    protected override void BeginStep(ParameterGroup<NAdamOptions> group) =>
        SetNumber(group, Product, Number(group, Product) * Mu(group.Options, group.StepCount));

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<NAdamOptions> group, UpdateRun run)
    {
        NAdamOptions o = group.Options;
        double product = Number(group, Product);
        double next = Mu(o, group.StepCount + 1);
        double gradientRate = o.LearningRate * (1 - Mu(o, group.StepCount)) / (1 - product);
        double meanRate = o.LearningRate * next / (1 - (product * next));
        double rootScale = 1 / Math.Sqrt(1 - Math.Pow(o.Beta2, group.StepCount));
        run.Apply(new Rule(gradientRate, meanRate, o.Beta1, o.Beta2, rootScale, o.Epsilon));
    }

    private static double Mu(NAdamOptions o, long step) => o.Beta1 * (1 - (0.5 * Math.Pow(0.96, step * o.MomentumDecay)));

    internal readonly struct Rule(double gradientRate, double meanRate, double beta1, double beta2, double rootScale, double epsilon) : IUpdateRule
    {
        private readonly double _gradientRate = gradientRate;
        private readonly double _meanRate = meanRate;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;
        private readonly double _rootScale = rootScale;
        private readonly double _epsilon = epsilon;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_beta1 * s0) + (_oneMinusBeta1 * gradient);
            s1 = (_beta2 * s1) + (_oneMinusBeta2 * (gradient * gradient));
            value -= ((_gradientRate * gradient) + (_meanRate * s0)) / ((_rootScale * T.Sqrt(s1)) + _epsilon);
        }
    }
}
