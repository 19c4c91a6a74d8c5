namespace DeepSharp.Optim;

/// <summary>Schedules one after the other; each counts from 0 when its turn comes. PyTorch's SequentialLR, optax' join_schedules.</summary>
public sealed class ScheduleSequence : LearningRateSchedule
{
    private readonly LearningRateSchedule[] _schedules;
    private readonly double[] _starts;

    /// <summary>Schedules that take turns, each with a count that begins at 0 with its turn.</summary>
    /// <param name="schedules">The schedules in their order.</param>
    /// <param name="starts">At which count each but the first begins, ascending.</param>
    /// <exception cref="ArgumentException">The numbers of schedules and starts do not fit, or the starts do not ascend.</exception>
    public ScheduleSequence(IReadOnlyList<LearningRateSchedule> schedules, IReadOnlyList<double> starts)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        _schedules = [.. schedules];
        _starts = ScheduleArguments.Ascending(this, nameof(starts), starts);
        if (_schedules.Length != _starts.Length + 1)
        {
            throw new ArgumentException(
                $"ScheduleSequence: {_schedules.Length} schedules need {Math.Max(0, _schedules.Length - 1)} starts, not {_starts.Length}.",
                nameof(starts));
        }

        foreach (LearningRateSchedule schedule in _schedules)
        {
            ArgumentNullException.ThrowIfNull(schedule, nameof(schedules));
        }
    }

    /// <inheritdoc/>
    public override bool CyclesMomentum => _schedules.Any(static schedule => schedule.CyclesMomentum);

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t)
    {
        (LearningRateSchedule schedule, double local) = Find(t);
        return schedule.RateAt(baseRate, local);
    }

    /// <inheritdoc/>
    protected internal override double MomentumAt(double baseMomentum, double t)
    {
        (LearningRateSchedule schedule, double local) = Find(t);
        return schedule.MomentumAt(baseMomentum, local);
    }

    private (LearningRateSchedule Schedule, double Local) Find(double t)
    {
        int turn = _starts.Count(start => start <= t);
        return (_schedules[turn], turn == 0 ? t : t - _starts[turn - 1]);
    }
}
