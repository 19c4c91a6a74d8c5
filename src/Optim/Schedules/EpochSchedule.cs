namespace DeepSharp.Optim;

/// <summary>A schedule that is written in epochs and advanced by steps: s(⌊t / steps⌋), or s(t / steps) if continuous.</summary>
public sealed class EpochSchedule : LearningRateSchedule
{
    private readonly LearningRateSchedule _schedule;
    private readonly int _steps;
    private readonly bool _continuous;

    /// <summary>A schedule that is written in epochs, for an optimizer that counts steps.</summary>
    /// <param name="schedule">The schedule; its count is in epochs.</param>
    /// <param name="steps">The steps of an epoch.</param>
    /// <param name="continuous">Whether the count moves within an epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one step.</exception>
    public EpochSchedule(LearningRateSchedule schedule, int steps, bool continuous = false)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        _steps = ScheduleArguments.Positive(this, nameof(steps), steps);
        _continuous = continuous;
    }

    /// <inheritdoc/>
    public override bool CyclesMomentum => _schedule.CyclesMomentum;

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => _schedule.RateAt(baseRate, Epochs(t));

    /// <inheritdoc/>
    protected internal override double MomentumAt(double baseMomentum, double t) => _schedule.MomentumAt(baseMomentum, Epochs(t));

    private double Epochs(double t) => _continuous ? t / _steps : Math.Floor(t / _steps);
}
