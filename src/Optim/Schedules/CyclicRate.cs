namespace DeepSharp.Optim;

/// <summary>
/// Up and down between two rates in straight lines: α = lowest + (highest - lowest) tri(t) h, tri going from 0 to 1 and back over a
/// cycle, h the height: 1, 2^-cycle or decay^t. The momentum, if cycled, goes the other way.
/// </summary>
/// <remarks>
/// The optimizer's own rate is not used. Source: Smith 2017, "Cyclical learning rates for training neural networks"; PyTorch's
/// CyclicLR, whose defaults these are but for <c>cycleMomentum</c>, which is true there.
/// </remarks>
public sealed class CyclicRate : LearningRateSchedule
{
    private readonly double _lowest;
    private readonly double _highest;
    private readonly double _up;
    private readonly double _down;
    private readonly CycleShape _shape;
    private readonly double _decay;
    private readonly double _minimumMomentum;
    private readonly double _maximumMomentum;

    /// <summary>Cycles between two rates.</summary>
    /// <param name="lowest">The rate at both ends of a cycle.</param>
    /// <param name="highest">The rate in its middle.</param>
    /// <param name="up">The steps of the rise.</param>
    /// <param name="down">The steps of the fall; as many as of the rise if null.</param>
    /// <param name="shape">How the height changes.</param>
    /// <param name="decay">The factor of the height for each step, in (0, 1]; with <see cref="CycleShape.ExponentialRange"/>.</param>
    /// <param name="cycleMomentum">Whether the momentum moves; the optimizer must have one.</param>
    /// <param name="minimumMomentum">The momentum at the highest rate.</param>
    /// <param name="maximumMomentum">The momentum at the lowest rate.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public CyclicRate(
        double lowest,
        double highest,
        int up = 2000,
        int? down = null,
        CycleShape shape = CycleShape.Triangular,
        double decay = 1,
        bool cycleMomentum = false,
        double minimumMomentum = 0.8,
        double maximumMomentum = 0.9)
    {
        _lowest = ScheduleArguments.NotNegative(this, nameof(lowest), lowest);
        _highest = ScheduleArguments.NotNegative(this, nameof(highest), highest);
        if (highest < lowest)
        {
            throw ScheduleArguments.Error(this, nameof(highest), highest, $"at least the lowest rate, {lowest}");
        }

        _up = ScheduleArguments.Positive(this, nameof(up), up);
        _down = ScheduleArguments.Positive(this, nameof(down), down ?? up);
        _shape = Enum.IsDefined(shape)
            ? shape
            : throw ScheduleArguments.Error(this, nameof(shape), shape, "Triangular, Triangular2 or ExponentialRange");
        _decay = ScheduleArguments.UpToOne(this, nameof(decay), decay);
        CyclesMomentum = cycleMomentum;
        _minimumMomentum = ScheduleArguments.InUnit(this, nameof(minimumMomentum), minimumMomentum);
        _maximumMomentum = ScheduleArguments.InUnit(this, nameof(maximumMomentum), maximumMomentum);
    }

    /// <inheritdoc/>
    public override bool CyclesMomentum { get; }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, double t) => _lowest + ((_highest - _lowest) * Height(t));

    /// <inheritdoc/>
    protected internal override double MomentumAt(double baseMomentum, double t) =>
        CyclesMomentum ? _maximumMomentum - ((_maximumMomentum - _minimumMomentum) * Height(t)) : baseMomentum;

    private double Height(double t)
    {
        double length = _up + _down;
        double cycle = Math.Floor(t / length);
        double local = t - (cycle * length);
        double triangle = local <= _up ? local / _up : (length - local) / _down;
        return triangle * _shape switch
        {
            CycleShape.Triangular => 1,
            CycleShape.Triangular2 => Math.Pow(2, -cycle),
            _ => Math.Pow(_decay, t),
        };
    }
}
