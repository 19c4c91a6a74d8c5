namespace DeepSharp.Optim;

/// <summary>
/// α = k α₀ / sqrt(i), i = t + 1 the number of the epoch or mini-batch, counted from 1. With a warm-up of w counts,
/// α = k α₀ min(i^(-1/2), i w^(-3/2)).
/// </summary>
/// <remarks>
/// By mini-batch it is the optimizer's schedule as it stands; by epoch, use <see cref="LearningRateSchedule.PerEpoch"/>. The
/// transformer's schedule is k = d^(-1/2) with a warm-up and a base rate of 1.
/// Sources: Ng, "Improving Deep Neural Networks" (both forms); Vaswani et al. 2017, section 5.3 (with the warm-up).
/// </remarks>
public sealed class InverseSquareRootDecay : LearningRateSchedule
{
    private readonly double _k;
    private readonly int _warmup;

    /// <summary>A decay by the square root.</summary>
    /// <param name="k">The factor.</param>
    /// <param name="warmup">The count over which the rate rises at first; 0 for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not above 0, or the warm-up is negative.</exception>
    public InverseSquareRootDecay(double k = 1, int warmup = 0)
    {
        _k = ScheduleArguments.Positive(this, nameof(k), k);
        _warmup = (int)ScheduleArguments.NotNegative(this, nameof(warmup), warmup);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t)
    {
        double i = t + 1;
        double decayed = 1 / Math.Sqrt(i);
        return _k * baseRate * (_warmup == 0 ? decayed : Math.Min(decayed, i * Math.Pow(_warmup, -1.5)));
    }
}
