namespace DeepSharp.Optim;

/// <summary>α = rates[i] between boundaries[i - 1] and boundaries[i]. The optimizer's own rate is not used.</summary>
/// <remarks>
/// <c>new PiecewiseConstant([50, 100], [0.1, 0.01, 0.001])</c> is 0.1 at the counts 0 to 49, 0.01 at 50 to 99, then 0.001.
/// Source: Géron, "Hands-On Machine Learning", chapter 11 (piecewise constant scheduling).
/// </remarks>
public sealed class PiecewiseConstant : LearningRateSchedule
{
    private readonly double[] _boundaries;
    private readonly double[] _rates;

    /// <summary>Rates by stretches.</summary>
    /// <param name="boundaries">The counts at which the next rate begins, ascending.</param>
    /// <param name="rates">The rates, one more than the boundaries.</param>
    /// <exception cref="ArgumentException">Boundaries are negative or do not ascend, a rate is negative, or the numbers of both do not fit.</exception>
    public PiecewiseConstant(IReadOnlyList<double> boundaries, IReadOnlyList<double> rates)
    {
        _boundaries = ScheduleArguments.Ascending(this, nameof(boundaries), boundaries);
        ArgumentNullException.ThrowIfNull(rates);
        _rates = [.. rates.Select(rate => ScheduleArguments.NotNegative(this, nameof(rates), rate))];
        if (_rates.Length != _boundaries.Length + 1)
        {
            throw new ArgumentException(
                $"PiecewiseConstant: {_boundaries.Length} boundaries need {_boundaries.Length + 1} rates, not {_rates.Length}.", nameof(rates));
        }
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => _rates[_boundaries.Count(boundary => boundary <= t)];
}
