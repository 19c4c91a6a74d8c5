using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Lion: w ← w - learningRate sign(beta1 m + (1 - beta1) g), then m ← beta2 m + (1 - beta2) g.
/// </summary>
/// <remarks>
/// Steps are of one size, so the learning rate is three to ten times smaller than Adam's and weight decay as many times larger. Weight
/// decay is decoupled. State: mean (m). Source: Chen et al. 2023, algorithm 2.
/// </remarks>
public sealed class Lion : Optimizer<LionOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean gradient is kept for the next step, in [0, 1).</param>
    /// <param name="weightDecay">The strength of the decay.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Lion(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-4,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double weightDecay = 0)
        : this(parameters, new LionOptions
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public Lion(IEnumerable<Parameter> parameters, LionOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(LionOptions options) => ["mean"];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<LionOptions> group, UpdateRun run)
    {
        LionOptions o = group.Options;
        run.Apply(new Rule(o.LearningRate, o.Beta1, o.Beta2));
    }

    internal readonly struct Rule(double rate, double beta1, double beta2) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            T one = 1;
            T direction = (_beta1 * s0) + (_oneMinusBeta1 * gradient);
            s0 = (_beta2 * s0) + (_oneMinusBeta2 * gradient);
            value -= _rate * T.IfGreater(direction, 0, one, T.IfGreater(-direction, 0, -one, 0));
        }
    }
}
