using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Adadelta: s ← rho s + (1 - rho) g², d = sqrt((u + epsilon) / (s + epsilon)) g, u ← rho u + (1 - rho) d², w ← w - learningRate d.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay w to g. State: square (s) and delta (u). Sources: Zeiler 2012; torch.optim.Adadelta.
/// </remarks>
public sealed class Adadelta : Optimizer<AdadeltaOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The factor of the step the rule finds; 1 in the paper.</param>
    /// <param name="rho">How much of the averages stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero and the first step from being nothing.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Adadelta(
        IEnumerable<Parameter> parameters,
        double learningRate = 1.0,
        double rho = 0.9,
        double epsilon = 1e-6,
        double weightDecay = 0)
        : this(parameters, new AdadeltaOptions
        {
            LearningRate = learningRate,
            Rho = rho,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public Adadelta(IEnumerable<Parameter> parameters, AdadeltaOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdadeltaOptions options) => ["square", "delta"];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdadeltaOptions> group, UpdateRun run)
    {
        AdadeltaOptions o = group.Options;
        run.Apply(new Rule(o.LearningRate, o.Rho, o.Epsilon));
    }

    internal readonly struct Rule(double rate, double rho, double epsilon) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _rho = rho;
        private readonly double _oneMinusRho = 1 - rho;
        private readonly double _epsilon = epsilon;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_rho * s0) + (_oneMinusRho * (gradient * gradient));
            T delta = T.Sqrt(s1 + _epsilon) / T.Sqrt(s0 + _epsilon) * gradient;
            s1 = (_rho * s1) + (_oneMinusRho * (delta * delta));
            value -= _rate * delta;
        }
    }
}
