using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Lookahead around any optimizer: every k of its steps the slow weights move towards the fast ones, s ← s + alpha (w - s), and the fast
/// ones go back to them, w ← s.
/// </summary>
/// <remarks>
/// One more launch for each stretch every k steps. Groups, rates, schedule, clipping and state are those of the optimizer inside; the
/// slow weights are saved besides, as <c>slow.{index}</c>. Source: Zhang, Lucas, Hinton, Ba 2019.
/// </remarks>
public sealed class Lookahead : Optimizer
{
    private readonly Optimizer _inner;
    private readonly Dictionary<UpdateRun, Tensor> _slow = [];

    /// <summary>Lookahead around an optimizer.</summary>
    /// <param name="inner">The optimizer that makes the fast steps; from now on step this one instead.</param>
    /// <param name="steps">The fast steps to a slow one, at least 1.</param>
    /// <param name="alpha">How far a slow step goes, in (0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public Lookahead(Optimizer inner, int steps = 5, double alpha = 0.5)
        : base(inner ?? throw new ArgumentNullException(nameof(inner)))
    {
        _inner = inner;
        Steps = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), $"Lookahead: steps must be at least 1, not {steps}.");
        Alpha = alpha > 0 && alpha <= 1
            ? alpha
            : throw new ArgumentOutOfRangeException(nameof(alpha), $"Lookahead: alpha must be in (0, 1], not {alpha}.");
        Follow();
    }

    /// <summary>The fast steps to a slow one.</summary>
    public int Steps { get; }

    /// <summary>How far a slow step goes.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override GradientClipping? Clipping
    {
        get => _inner.Clipping;
        set => _inner.Clipping = value;
    }

    /// <inheritdoc/>
    public override LearningRateSchedule? Schedule
    {
        get => _inner.Schedule;
        set => _inner.Schedule = value;
    }

    /// <inheritdoc/>
    public override bool SkipsNonFinite
    {
        get => _inner.SkipsNonFinite;
        set => _inner.SkipsNonFinite = value;
    }

    /// <inheritdoc/>
    public override long SkippedSteps => _inner.SkippedSteps;

    /// <inheritdoc/>
    public override double GradientNorm => _inner.GradientNorm;

    /// <inheritdoc/>
    public override bool NeedsLoss => _inner.NeedsLoss;

    /// <summary>The steps and alpha, and the optimizer inside.</summary>
    public override string ToString() => $"Lookahead {{ Steps = {Steps}, Alpha = {Alpha} }} of {_inner}";

    internal override GradientGate Gate => _inner.Gate;

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    public override void Step()
    {
        Follow();
        _inner.Step();
        SlowStep();
        HasStepped();
    }

    /// <inheritdoc/>
    public override Tensor Step(Func<Tensor> loss)
    {
        Follow();
        Tensor value = _inner.Step(loss);
        SlowStep();
        HasStepped();
        return value;
    }

    internal override void FollowSchedule() => _inner.FollowSchedule();

    internal override bool IsPossibleNumber(string name, double value) => _inner.IsPossibleNumber(name, value);

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => _inner.StateNames(group);

    internal override IEnumerable<(string Name, Tensor Value)> OwnTensors()
    {
        foreach ((string Name, Tensor Value) own in _inner.OwnTensors())
        {
            yield return own;
        }

        Follow();
        int index = 0;
        foreach (Parameter parameter in Groups.SelectMany(static group => group.Parameters))
        {
            UpdateRun run = _slow.Keys.First(run => run.Run.Members.Contains(parameter));
            yield return ($"slow.{index++}", run.View(_slow[run], parameter));
        }
    }

    // Groups may have been added since the last step, and weights loaded before the first.
    private void Follow()
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        if (StepCount == 0)
        {
            foreach ((UpdateRun run, Tensor slow) in _slow)
            {
                StridedCopy.Run(slow.Operand, run.Values);
            }
        }

        foreach (UpdateRun run in Groups.SelectMany(static group => group.Runs).Where(run => !_slow.ContainsKey(run)))
        {
            Tensor slow = Tensor.Zeros(run.Run.Length, run.DType, run.Device);
            StridedCopy.Run(slow.Operand, run.Values);
            _slow.Add(run, slow);
        }
    }

    private void SlowStep()
    {
        if (StepCount % Steps == 0)
        {
            foreach ((UpdateRun run, Tensor slow) in _slow)
            {
                run.CountChange();
                run.Treatment = default;
                run.Apply(new Rule(Alpha), slow.Operand);
            }
        }
    }

    internal readonly struct Rule(double alpha) : IUpdateRule
    {
        private readonly double _alpha = alpha;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 += _alpha * (value - s0);
            value = s0;
        }
    }
}
