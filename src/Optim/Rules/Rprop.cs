using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Resilient backpropagation: each element has a step of its own, raised where the gradient keeps its sign, lowered where it turns; w ← w
/// - step sign(g).
/// </summary>
/// <remarks>
/// <para>step ← min(step · raise, largest) if g g_before &gt; 0, max(step · lower, smallest) and no move if g g_before &lt; 0. The first
/// step is learningRate, which has no effect later: schedules do not act. Only signs count, so it is for gradients of the whole set, not
/// of mini-batches.</para>
/// <para>Weight decay adds weightDecay w to g. State: gradient (the last one) and step. Sources: Riedmiller, Braun 1993 (without
/// backtracking: Igel, Hüsken 2000, iRprop-); torch.optim.Rprop.</para>
/// </remarks>
public sealed class Rprop : Optimizer<RpropOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far the first step goes.</param>
    /// <param name="lower">The factor where the sign turns, in [0, 1).</param>
    /// <param name="raise">The factor where the sign stays, above 1.</param>
    /// <param name="smallest">The smallest step.</param>
    /// <param name="largest">The largest step.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Rprop(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double lower = 0.5,
        double raise = 1.2,
        double smallest = 1e-6,
        double largest = 50,
        double weightDecay = 0)
        : this(parameters, new RpropOptions
        {
            LearningRate = learningRate,
            Lower = lower,
            Raise = raise,
            Smallest = smallest,
            Largest = largest,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">The smallest step is above the largest, there is no parameter, or one is given twice.</exception>
    public Rprop(IEnumerable<Parameter> parameters, RpropOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(RpropOptions options) => ["gradient", "step"];

    /// <inheritdoc/>
    protected override double InitialState(RpropOptions options, int slot) => slot == 1 ? options.LearningRate : 0;

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<RpropOptions> group, UpdateRun run)
    {
        RpropOptions o = group.Options;
        run.Apply(new Rule(o.Lower, o.Raise, o.Smallest, o.Largest));
    }

    internal readonly struct Rule(double lower, double raise, double smallest, double largest) : IUpdateRule
    {
        private readonly double _lower = lower;
        private readonly double _raise = raise;
        private readonly double _smallest = smallest;
        private readonly double _largest = largest;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            T one = 1;
            T product = gradient * s0;
            T factor = T.IfGreater(product, 0, _raise, T.IfGreater(-product, 0, _lower, one));
            s1 = T.Min(T.Max(s1 * factor, _smallest), _largest);
            s0 = T.IfGreater(-product, 0, 0, gradient);
            value -= s1 * T.IfGreater(s0, 0, one, T.IfGreater(-s0, 0, -one, 0));
        }
    }
}
