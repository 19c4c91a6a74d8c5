namespace DeepSharp.Optim;

/// <summary>
/// Half a cosine again and again, each time from the peak: α = minimum + (peak - minimum) (1 + cos(π τ / T)) / 2, τ counted from the
/// last restart, T = firstLength lengthFactor^n the length of this cycle and peak = max(α₀ peakFactor^n, min(α₀, minimum)), n the
/// restarts so far.
/// </summary>
/// <remarks>Source: Loshchilov, Hutter 2017, "SGDR: stochastic gradient descent with warm restarts"; PyTorch's CosineAnnealingWarmRestarts.</remarks>
public sealed class CosineRestarts : LearningRateSchedule
{
    private readonly double _firstLength;
    private readonly double _lengthFactor;
    private readonly double _minimum;
    private readonly double _peakFactor;

    /// <summary>Cosines with warm restarts.</summary>
    /// <param name="firstLength">The length of the first cycle, T₀.</param>
    /// <param name="lengthFactor">How much longer each cycle is than the one before, T_mult; at least 1.</param>
    /// <param name="minimum">The rate at the end of each cycle; lower peaks end here, too.</param>
    /// <param name="peakFactor">The factor from one restart's rate to the next one's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public CosineRestarts(double firstLength, double lengthFactor = 1, double minimum = 0, double peakFactor = 1)
    {
        _firstLength = ScheduleArguments.Positive(this, nameof(firstLength), firstLength);
        _lengthFactor = lengthFactor >= 1 && double.IsFinite(lengthFactor)
            ? lengthFactor
            : throw ScheduleArguments.Error(this, nameof(lengthFactor), lengthFactor, "finite and at least 1");
        _minimum = ScheduleArguments.NotNegative(this, nameof(minimum), minimum);
        _peakFactor = ScheduleArguments.UpToOne(this, nameof(peakFactor), peakFactor);
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t)
    {
        double cycle = _lengthFactor == 1
            ? Math.Floor(t / _firstLength)
            : Math.Floor(Math.Log(1 + (t / _firstLength * (_lengthFactor - 1)), _lengthFactor));
        // A logarithm may miss a whole number by its last bit, and a restart with it.
        if (t >= Start(cycle + 1))
        {
            cycle++;
        }
        else if (t < Start(cycle))
        {
            cycle--;
        }

        double part = (t - Start(cycle)) / (_firstLength * Math.Pow(_lengthFactor, cycle));
        double peak = Math.Max(baseRate * Math.Pow(_peakFactor, cycle), Math.Min(baseRate, _minimum));
        return _minimum + ((peak - _minimum) * (1 + Math.Cos(Math.PI * part)) / 2);
    }

    private double Start(double cycle) => _lengthFactor == 1
        ? _firstLength * cycle
        : _firstLength * (Math.Pow(_lengthFactor, cycle) - 1) / (_lengthFactor - 1);
}
