namespace DeepSharp.Optim;

/// <summary>How the learning rate changes over training: a pure function of a count, without state of its own.</summary>
/// <remarks>
/// The count t is 0 before the first step. It is in steps or in epochs, whichever the schedule is advanced by; the formulas are the
/// same. <see cref="Optimizer.Schedule"/> counts steps; <see cref="PerEpoch"/> makes a schedule that is written in epochs follow
/// steps; <see cref="Optimizer.Follow"/> sets the rate at any count by hand. Since a schedule remembers nothing, the same object can
/// serve many optimizers, and training goes on from a saved step count as if it had not been interrupted. Lengths are in the same
/// unit as t. A schedule of your own derives from this class and overrides <see cref="RateAt"/>, or is a <see cref="CustomRate"/>.
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>Whether the schedule moves the momentum, too.</summary>
    public virtual bool CyclesMomentum => false;

    /// <summary>The learning rate at a count.</summary>
    /// <param name="baseRate">The rate that the optimizer was given, α₀ of the formulas.</param>
    /// <param name="t">The steps or epochs that are done, fractions allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is negative, NaN or infinite.</exception>
    public double Rate(double baseRate, double t)
    {
        ScheduleArguments.NotNegative(this, nameof(baseRate), baseRate);
        ScheduleArguments.NotNegative(this, nameof(t), t);
        return RateAt(baseRate, t);
    }

    /// <summary>The momentum at a count; the base momentum unless <see cref="CyclesMomentum"/>.</summary>
    /// <param name="baseMomentum">The momentum that the optimizer was given.</param>
    /// <param name="t">The steps or epochs that are done, fractions allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, NaN or infinite.</exception>
    public double Momentum(double baseMomentum, double t)
    {
        ScheduleArguments.NotNegative(this, nameof(t), t);
        return MomentumAt(baseMomentum, t);
    }

    /// <summary>This schedule at first, then another one, whose count begins at 0 there.</summary>
    /// <param name="next">What follows.</param>
    /// <param name="after">At which count it takes over.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, NaN or infinite.</exception>
    public LearningRateSchedule Then(LearningRateSchedule next, double after) => new ScheduleSequence([this, next], [after]);

    /// <summary>A warm-up first; this schedule's count begins at 0 when it is over.</summary>
    /// <param name="warmup">The warm-up.</param>
    public LearningRateSchedule After(Warmup warmup)
    {
        ArgumentNullException.ThrowIfNull(warmup);
        return warmup.Then(this, warmup.Length);
    }

    /// <summary>Both at once: the rate of this schedule is the base rate of the other, so that factors multiply.</summary>
    /// <param name="other">The other schedule.</param>
    public LearningRateSchedule Times(LearningRateSchedule other) => new ScheduleProduct(this, other);

    /// <summary>The rate of this schedule times a factor.</summary>
    /// <param name="factor">The factor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative, NaN or infinite.</exception>
    public LearningRateSchedule Times(double factor) => new ScheduleProduct(this, new ConstantRate(factor));

    /// <summary>This schedule, written in epochs, for an optimizer that counts steps.</summary>
    /// <param name="steps">The steps of an epoch.</param>
    /// <param name="continuous">Whether the count moves within an epoch; if not, the rate changes between epochs only.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one step.</exception>
    public LearningRateSchedule PerEpoch(int steps, bool continuous = false) => new EpochSchedule(this, steps, continuous);

    /// <summary>The schedule's name.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>The learning rate at a count; both arguments are finite and not negative.</summary>
    /// <param name="baseRate">The rate that the optimizer was given.</param>
    /// <param name="t">The steps or epochs that are done.</param>
    protected internal abstract double RateAt(double baseRate, double t);

    /// <summary>The momentum at a count that is finite and not negative.</summary>
    /// <param name="baseMomentum">The momentum that the optimizer was given.</param>
    /// <param name="t">The steps or epochs that are done.</param>
    protected internal virtual double MomentumAt(double baseMomentum, double t) => baseMomentum;
}
