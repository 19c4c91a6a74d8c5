namespace DeepSharp.Optim;

/// <content>How an optimizer follows a schedule.</content>
public abstract partial class Optimizer
{
    private LearningRateSchedule? _schedule;
    private double _baseRate;
    private double? _baseMomentum;

    /// <summary>The learning rate that a schedule starts from: the last one that was set.</summary>
    public double BaseLearningRate => _baseRate;

    /// <summary>
    /// The schedule that the learning rate follows, none at first. Its count is <see cref="StepCount"/>: each <see cref="Step"/>
    /// advances it by one. For a schedule in epochs use <see cref="LearningRateSchedule.PerEpoch"/>. With null the rate goes back to
    /// <see cref="BaseLearningRate"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The schedule moves the momentum, and this optimizer has none.</exception>
    public LearningRateSchedule? Schedule
    {
        get => _schedule;
        set
        {
            if (value is null)
            {
                Restore();
            }
            else
            {
                Follow(value, StepCount);
            }

            _schedule = value;
        }
    }

    /// <summary>Sets learning rate, and momentum if the schedule moves it, to what a schedule says at a count.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="t">The count, in the schedule's unit.</param>
    /// <exception cref="ArgumentException">The schedule moves the momentum, and this optimizer has none.</exception>
    /// <exception cref="InvalidOperationException">The schedule gives a rate that is negative, NaN or infinite.</exception>
    public void Follow(LearningRateSchedule schedule, double t)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (schedule.CyclesMomentum && (_baseMomentum ?? CycledMomentum) is null)
        {
            throw new ArgumentException(
                $"{GetType().Name}: the schedule {schedule.GetType().Name} moves the momentum, but this optimizer has none; "
                + "make the schedule with cycleMomentum: false, or the optimizer with momentum.",
                nameof(schedule));
        }

        double rate = schedule.Rate(_baseRate, t);
        if (!(rate >= 0 && double.IsFinite(rate)))
        {
            throw new InvalidOperationException(
                $"{GetType().Name}: the schedule {schedule.GetType().Name} gives the rate {rate} at {t}; it must be finite and not negative.");
        }

        _learningRate = rate;
        if (schedule.CyclesMomentum)
        {
            _baseMomentum ??= CycledMomentum;
            CycledMomentum = schedule.Momentum(_baseMomentum!.Value, t);
        }
    }

    /// <summary>Changes the rates that schedules start from, and with them the present ones.</summary>
    internal void ChangeBaseRates(Func<double, double> change) => LearningRate = change(_baseRate);

    /// <summary>What a schedule that moves the momentum reads and sets; null if there is no momentum.</summary>
    private protected virtual double? CycledMomentum
    {
        get => null;
        set => throw new InvalidOperationException($"{GetType().Name} has no momentum to set to {value}.");
    }

    private void FollowSchedule()
    {
        if (_schedule is not null)
        {
            Follow(_schedule, StepCount);
        }
    }

    private void Restore()
    {
        _learningRate = _baseRate;
        if (_baseMomentum is { } momentum)
        {
            CycledMomentum = momentum;
            _baseMomentum = null;
        }
    }
}
