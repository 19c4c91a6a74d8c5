using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>Lets the learning rate follow a schedule while <c>Fit</c> runs; afterwards the optimizer has its own rate again.</summary>
/// <remarks>
/// The count begins at 0 with each call of <c>Fit</c>, but goes on in a training that is resumed. To go on counting over several calls, or without <c>Fit</c>, give the schedule
/// to the optimizer itself: <see cref="Optimizer.Schedule"/>.
/// </remarks>
public sealed class LearningRateScheduler : ICallback
{
    private readonly LearningRateSchedule _schedule;
    private readonly ScheduleUnit _unit;

    /// <summary>Follows a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="unit">What it counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The unit is unknown.</exception>
    public LearningRateScheduler(LearningRateSchedule schedule, ScheduleUnit unit = ScheduleUnit.Epoch)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        _unit = Enum.IsDefined(unit)
            ? unit
            : throw new ArgumentOutOfRangeException(nameof(unit), $"LearningRateScheduler: the unit must be Epoch or Step, not {unit}.");
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The optimizer follows a schedule of its own.</exception>
    public void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Optimizer.Schedule is { } other)
        {
            throw new InvalidOperationException(
                $"LearningRateScheduler: the optimizer already follows a {other.GetType().Name}; use the callback or "
                + "Optimizer.Schedule, or join both by Times.");
        }

        context.Optimizer.Follow(_schedule, 0);
    }

    /// <inheritdoc/>
    public void OnEpochBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // By steps, too: other callbacks may have changed the rates at the end of an epoch.
        context.Optimizer.Follow(_schedule, _unit == ScheduleUnit.Epoch ? context.Epoch - 1 : context.Steps);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_unit == ScheduleUnit.Step)
        {
            context.Optimizer.Follow(_schedule, context.Steps);
        }
    }

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Optimizer.Schedule is null)
        {
            context.Optimizer.Schedule = null;
        }
    }
}
