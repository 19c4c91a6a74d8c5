namespace DeepSharp.Optim;

/// <summary>α = α₀ factor^n, n the number of milestones that are reached. PyTorch's MultiStepLR.</summary>
public sealed class MultiStepDecay : LearningRateSchedule
{
    private readonly double[] _milestones;
    private readonly double _factor;

    /// <summary>A staircase with steps of different lengths.</summary>
    /// <param name="milestones">The counts at which the rate falls, ascending; one that is given twice counts twice.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <exception cref="ArgumentException">Milestones are negative or do not ascend, or the factor is not above 0.</exception>
    public MultiStepDecay(IEnumerable<double> milestones, double factor = 0.1)
    {
        _milestones = ScheduleArguments.Ascending(this, nameof(milestones), milestones);
        _factor = ScheduleArguments.Positive(this, nameof(factor), factor);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) =>
        baseRate * Math.Pow(_factor, _milestones.Count(milestone => milestone <= t));
}
