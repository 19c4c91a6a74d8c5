using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// RAdam, Adam without a warm-up: m and v as in Adam; w ← w - learningRate r m / (1 - beta1^t) / ((sqrt(v) + epsilon) / sqrt(1 -
/// beta2^t)) where the variance of the divisor is known, w ← w - learningRate m / (1 - beta1^t) in the first steps.
/// </summary>
/// <remarks>
/// <para>n = 2 / (1 - beta2) - 1, n_t = n - 2 t beta2^t / (1 - beta2^t); the divisor is used when n_t > 5, with r = sqrt((n_t - 4)(n_t -
/// 2) n / ((n - 4)(n - 2) n_t)).</para>
/// <para>Weight decay adds weightDecay w to g. State: mean (m) and square (v). Sources: Liu, Jiang, He, Chen, Liu, Gao, Han 2020;
/// torch.optim.RAdam.</para>
/// </remarks>
public sealed class RAdam : Optimizer<RAdamOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public RAdam(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0)
        : this(parameters, new RAdamOptions
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
    public RAdam(IEnumerable<Parameter> parameters, RAdamOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(RAdamOptions options) => ["mean", "square"];

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<RAdamOptions> group, UpdateRun run)
    {
        RAdamOptions o = group.Options;
        double rate = o.LearningRate / (1 - Math.Pow(o.Beta1, group.StepCount));
        double power = Math.Pow(o.Beta2, group.StepCount);
        double most = (2 / (1 - o.Beta2)) - 1;
        double length = most - (2 * group.StepCount * power / (1 - power));
        double rectified = length > 5
            ? Math.Sqrt((length - 4) * (length - 2) * most * (1 - power) / ((most - 4) * (most - 2) * length))
            : 0;
        run.Apply(new Rule(rate, rectified, o.Beta1, o.Beta2, o.Epsilon));
    }

    internal readonly struct Rule(double rate, double rectified, double beta1, double beta2, double epsilon) : IUpdateRule
    {
        private readonly double _rate = rate;
        private readonly double _rectified = rectified;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;
        private readonly double _epsilon = epsilon;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_beta1 * s0) + (_oneMinusBeta1 * gradient);
            s1 = (_beta2 * s1) + (_oneMinusBeta2 * (gradient * gradient));
            T scale = 1;
            if (_rectified > 0)
            {
                scale = _rectified / (T.Sqrt(s1) + _epsilon);
            }

            value -= _rate * s0 * scale;
        }
    }
}
