namespace DeepSharp.Optim;

/// <content>How an optimizer follows a schedule.</content>
public abstract partial class Optimizer
{
    private LearningRateSchedule? _schedule;

    /// <summary>The learning rate that a schedule starts from, of the first group: the last one that was set.</summary>
    public double BaseLearningRate => _groups[0].BaseLearningRate;

    /// <summary>
    /// The schedule that the learning rates follow, none at first. Each group follows it from its own base rate. Its count is
    /// <see cref="StepCount"/>: each <see cref="Step()"/> advances it by one. For a schedule in epochs use
    /// <see cref="LearningRateSchedule.PerEpoch"/>. With null the rates go back to their bases, such as
    /// <see cref="BaseLearningRate"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The schedule moves the momentum, and this optimizer has none.</exception>
    /// <exception cref="InvalidOperationException">The schedule gives a rate that is negative, NaN or infinite.</exception>
    public virtual LearningRateSchedule? Schedule
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
                if (!value.CyclesMomentum)
                {
                    RestoreMomentum();
                }
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
        if (schedule.CyclesMomentum && _groups.Exists(static group => group.CommonOptions.MomentumCoefficient is null))
        {
            throw new ArgumentException(
                $"{GetType().Name}: the schedule {schedule.GetType().Name} moves the momentum, but this optimizer has none; "
                + "make the schedule with cycleMomentum: false, or the optimizer with momentum.",
                nameof(schedule));
        }

        double[] rates = [.. _groups.Select(group => schedule.Rate(group.BaseLearningRate, t))];
        for (int i = 0; i < rates.Length; i++)
        {
            if (!(rates[i] >= 0 && double.IsFinite(rates[i])))
            {
                throw new InvalidOperationException(
                    $"{GetType().Name}: the schedule {schedule.GetType().Name} gives the rate {rates[i]} at {t}; it must be finite and not negative.");
            }
        }

        for (int i = 0; i < rates.Length; i++)
        {
            _groups[i].SetRate(rates[i]);
            if (schedule.CyclesMomentum)
            {
                _groups[i].BaseMomentum ??= _groups[i].CommonOptions.MomentumCoefficient;
                _groups[i].SetMomentum(schedule.Momentum(_groups[i].BaseMomentum!.Value, t));
            }
        }
    }

    /// <summary>Changes the rates that schedules start from, and with them the present ones.</summary>
    internal void ChangeBaseRates(Func<double, double> change)
    {
        foreach (ParameterGroup group in _groups)
        {
            group.SetBaseRate(change(group.BaseLearningRate));
        }

        FollowSchedule();
    }

    internal virtual void FollowSchedule()
    {
        if (_schedule is not null)
        {
            Follow(_schedule, StepCount);
        }
    }

    private void Restore()
    {
        foreach (ParameterGroup group in _groups)
        {
            group.SetBaseRate(group.BaseLearningRate);
        }

        RestoreMomentum();
    }

    private void RestoreMomentum()
    {
        foreach (ParameterGroup group in _groups)
        {
            if (group.BaseMomentum is { } momentum)
            {
                group.SetMomentum(momentum);
                group.BaseMomentum = null;
            }
        }
    }
}
