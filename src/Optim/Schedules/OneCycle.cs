namespace DeepSharp.Optim;

/// <summary>
/// Up from peak / divisor to the peak, then down to almost nothing, once over the whole training; the momentum goes the other way.
/// </summary>
/// <remarks>
/// Two phases: up until riseShare · length - 1, then down to peak / divisor / finalDivisor at length - 1. With three phases the rate
/// first comes down to where it began, as fast as it rose, and then falls to its end while the momentum stays. The optimizer's own
/// rate is not used. The rate stays at its end if training goes on. Sources: Smith, Topin 2018, "Super-Convergence" (three phases,
/// linear); PyTorch's OneCycleLR, whose defaults these are.
/// </remarks>
public sealed class OneCycle : LearningRateSchedule
{
    private readonly Phase[] _phases;

    /// <summary>A cycle that rises to a peak rate and falls to far below where it began.</summary>
    /// <param name="peakRate">The highest rate.</param>
    /// <param name="length">The steps of the whole training.</param>
    /// <param name="riseShare">The share of the steps in which the rate rises, in (0, 1); below 0.5 with three phases.</param>
    /// <param name="annealing">The curve.</param>
    /// <param name="cycleMomentum">Whether the momentum moves; the optimizer must have one.</param>
    /// <param name="minimumMomentum">The momentum at the peak.</param>
    /// <param name="maximumMomentum">The momentum at both ends.</param>
    /// <param name="divisor">Where the rate begins: peak / divisor.</param>
    /// <param name="finalDivisor">Where it ends: peak / divisor / finalDivisor.</param>
    /// <param name="threePhases">Whether it comes back to its beginning before it falls to its end.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public OneCycle(
        double peakRate,
        int length,
        double riseShare = 0.3,
        Annealing annealing = Annealing.Cosine,
        bool cycleMomentum = true,
        double minimumMomentum = 0.85,
        double maximumMomentum = 0.95,
        double divisor = 25,
        double finalDivisor = 1e4,
        bool threePhases = false)
    {
        ScheduleArguments.Positive(this, nameof(peakRate), peakRate);
        ScheduleArguments.Positive(this, nameof(length), length);
        ScheduleArguments.Positive(this, nameof(divisor), divisor);
        ScheduleArguments.Positive(this, nameof(finalDivisor), finalDivisor);
        if (!(riseShare > 0 && riseShare < (threePhases ? 0.5 : 1)))
        {
            throw ScheduleArguments.Error(this, nameof(riseShare), riseShare, threePhases ? "in (0, 0.5) with three phases" : "in (0, 1)");
        }

        double rise = (riseShare * length) - 1;
        if (!(rise > 0))
        {
            throw ScheduleArguments.Error(this, nameof(length), length, $"long enough to rise for more than a step: above {1 / riseShare}");
        }

        CyclesMomentum = cycleMomentum;
        double low = ScheduleArguments.InUnit(this, nameof(minimumMomentum), minimumMomentum);
        double high = ScheduleArguments.InUnit(this, nameof(maximumMomentum), maximumMomentum);
        double first = peakRate / divisor;
        double last = first / finalDivisor;
        Func<double, double, double, double> curve = annealing switch
        {
            Annealing.Cosine => static (from, to, part) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * part))),
            Annealing.Linear => static (from, to, part) => from + ((to - from) * part),
            _ => throw ScheduleArguments.Error(this, nameof(annealing), annealing, "Cosine or Linear"),
        };
        Phase up = new(0, rise, first, peakRate, high, low, curve);
        _phases = threePhases
            ?
            [
                up,
                new(rise, (2 * riseShare * length) - 2, peakRate, first, low, high, curve),
                new((2 * riseShare * length) - 2, length - 1, first, last, high, high, curve),
            ]
            : [up, new(rise, length - 1, peakRate, last, low, high, curve)];
    }

    /// <inheritdoc/>
    public override bool CyclesMomentum { get; }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t)
    {
        Phase phase = At(t);
        return phase.Curve(phase.FromRate, phase.ToRate, phase.Part(t));
    }

    /// <inheritdoc/>
    protected internal override double MomentumAt(double baseMomentum, double t)
    {
        Phase phase = At(t);
        return CyclesMomentum ? phase.Curve(phase.FromMomentum, phase.ToMomentum, phase.Part(t)) : baseMomentum;
    }

    private Phase At(double t) => Array.Find(_phases, phase => t <= phase.End) ?? _phases[^1];

    private sealed record Phase(
        double Start, double End, double FromRate, double ToRate, double FromMomentum, double ToMomentum,
        Func<double, double, double, double> Curve)
    {
        internal double Part(double t) => Math.Min(1, (t - Start) / (End - Start));
    }
}
