namespace DeepSharp.Optim;

/// <summary>
/// Two schedules at once: the rate of the first is the base rate of the second, so that factors multiply. PyTorch's ChainedScheduler.
/// </summary>
public sealed class ScheduleProduct : LearningRateSchedule
{
    private readonly LearningRateSchedule _first;
    private readonly LearningRateSchedule _second;

    /// <summary>Two schedules at once: what the first makes of the base rate is the base rate of the second.</summary>
    /// <param name="first">The schedule that sees the optimizer's rate.</param>
    /// <param name="second">The schedule that sees the first one's.</param>
    public ScheduleProduct(LearningRateSchedule first, LearningRateSchedule second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        _first = first;
        _second = second;
    }

    /// <inheritdoc/>
    public override bool CyclesMomentum => _first.CyclesMomentum || _second.CyclesMomentum;

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => _second.RateAt(_first.RateAt(baseRate, t), t);

    /// <inheritdoc/>
    protected internal override double MomentumAt(double baseMomentum, double t) =>
        _second.MomentumAt(_first.MomentumAt(baseMomentum, t), t);
}
