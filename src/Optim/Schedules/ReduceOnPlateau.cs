namespace DeepSharp.Optim;

/// <summary>
/// Reduces the learning rate when a metric has stopped improving: α ← max(factor α, minimum) once there have been more than
/// <c>patience</c> observations without improvement.
/// </summary>
/// <remarks>
/// Unlike other schedules it reacts to what training does, and so it has state and is told of each observation, usually once an
/// epoch. It changes the rate that <see cref="Optimizer.Schedule"/> starts from, so that both work together. A metric that is not a
/// number is no improvement. PyTorch's ReduceLROnPlateau, whose defaults these are, but for metrics below 0: a relative threshold is a share of
/// the best value's magnitude here, where PyTorch's bar for them is on the wrong side of the best value, and the same value again passes it.
/// </remarks>
public sealed class ReduceOnPlateau
{
    private readonly double _factor;
    private readonly int _patience;
    private readonly double _threshold;
    private readonly ThresholdMode _thresholdMode;
    private readonly int _cooldown;
    private readonly double _minimum;
    private readonly double _epsilon;
    private readonly PlateauMode _mode;

    /// <summary>Reduces the rate on plateaus.</summary>
    /// <param name="mode">Which values are good.</param>
    /// <param name="factor">What the rate is multiplied by, in (0, 1).</param>
    /// <param name="patience">How many observations without improvement are allowed.</param>
    /// <param name="threshold">By how much a value must be better to count.</param>
    /// <param name="thresholdMode">Whether the threshold is a share or a difference.</param>
    /// <param name="cooldown">How many observations after a reduction do not count against it.</param>
    /// <param name="minimum">The least rate.</param>
    /// <param name="epsilon">A reduction by no more than this is not made.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public ReduceOnPlateau(
        PlateauMode mode = PlateauMode.Min,
        double factor = 0.1,
        int patience = 10,
        double threshold = 1e-4,
        ThresholdMode thresholdMode = ThresholdMode.Relative,
        int cooldown = 0,
        double minimum = 0,
        double epsilon = 1e-8)
    {
        _mode = Enum.IsDefined(mode) ? mode : throw ScheduleArguments.Error(this, nameof(mode), mode, "Min or Max");
        _factor = factor is > 0 and < 1 ? factor : throw ScheduleArguments.Error(this, nameof(factor), factor, "in (0, 1)");
        _patience = (int)ScheduleArguments.NotNegative(this, nameof(patience), patience);
        _threshold = ScheduleArguments.NotNegative(this, nameof(threshold), threshold);
        _thresholdMode = Enum.IsDefined(thresholdMode)
            ? thresholdMode
            : throw ScheduleArguments.Error(this, nameof(thresholdMode), thresholdMode, "Relative or Absolute");
        _cooldown = (int)ScheduleArguments.NotNegative(this, nameof(cooldown), cooldown);
        _minimum = ScheduleArguments.NotNegative(this, nameof(minimum), minimum);
        _epsilon = ScheduleArguments.NotNegative(this, nameof(epsilon), epsilon);
        Reset();
    }

    /// <summary>The best value so far; infinitely bad before the first.</summary>
    public double Best { get; private set; }

    /// <summary>The observations without improvement so far.</summary>
    public int BadObservations { get; private set; }

    /// <summary>The observations that will not count because of the last reduction.</summary>
    public int CooldownLeft { get; private set; }

    /// <summary>The reductions that have been due so far.</summary>
    public int Reductions { get; private set; }

    /// <summary>Takes note of a value, and reduces the rates of an optimizer if it is time.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="metric">The value.</param>
    /// <returns>Whether a reduction was due.</returns>
    public bool Observe(Optimizer optimizer, double metric)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        bool due = Note(metric);
        if (due)
        {
            optimizer.ChangeBaseRates(rate =>
            {
                double reduced = Math.Max(rate * _factor, _minimum);
                return rate - reduced > _epsilon ? reduced : rate;
            });
        }

        return due;
    }

    /// <summary>Forgets what has been observed.</summary>
    public void Reset()
    {
        Best = _mode == PlateauMode.Min ? double.PositiveInfinity : double.NegativeInfinity;
        BadObservations = 0;
        CooldownLeft = 0;
        Reductions = 0;
    }

    /// <summary>What has to be saved to go on later, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>
    {
        ["best"] = Tensor.Scalar(Best, DType.Float64, Device.Cpu),
        ["bad_observations"] = Tensor.Scalar(BadObservations, DType.Int64, Device.Cpu),
        ["cooldown_left"] = Tensor.Scalar(CooldownLeft, DType.Int64, Device.Cpu),
        ["reductions"] = Tensor.Scalar(Reductions, DType.Int64, Device.Cpu),
    };

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a value is impossible. Nothing has been changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        string[] wanted = ["best", "bad_observations", "cooldown_left", "reductions"];
        List<string> faults = SavedState.Faults(wanted.Select(static name => (name, (Shape?)null)), state);
        if (faults.Count > 0)
        {
            throw new ArgumentException(
                $"ReduceOnPlateau: a state has the numbers {string.Join(", ", wanted)}; of this one, {string.Join("; ", faults)}.", nameof(state));
        }

        double[] values = [.. wanted.Select(name => state[name].Item())];
        if (double.IsNaN(values[0]) || values.Skip(1).Any(static value => !(SavedState.IsCount(value) && value <= int.MaxValue)))
        {
            throw new ArgumentException(
                $"ReduceOnPlateau: the state ({string.Join(", ", values.Select(static value => $"{value}"))}) must be a number and three counts.", nameof(state));
        }

        Best = values[0];
        BadObservations = (int)values[1];
        CooldownLeft = (int)values[2];
        Reductions = (int)values[3];
    }

    private bool Note(double metric)
    {
        if (IsBetter(metric))
        {
            Best = metric;
            BadObservations = 0;
        }
        else
        {
            BadObservations++;
        }

        if (CooldownLeft > 0)
        {
            CooldownLeft--;
            BadObservations = 0;
        }

        if (BadObservations <= _patience)
        {
            return false;
        }

        CooldownLeft = _cooldown;
        BadObservations = 0;
        Reductions++;
        return true;
    }

    // Before the first value a share of the best would be NaN for a best of infinity and a threshold of 1. Better by a share of its magnitude
    // is further from 0 or closer to it, by the sign.
    private bool IsBetter(double metric) => (double.IsInfinity(Best), _mode, _thresholdMode) switch
    {
        (true, _, _) => _mode == PlateauMode.Min ? metric < Best : metric > Best,
        (_, PlateauMode.Min, ThresholdMode.Relative) => metric < Best * (Best > 0 ? 1 - _threshold : 1 + _threshold),
        (_, PlateauMode.Min, _) => metric < Best - _threshold,
        (_, _, ThresholdMode.Relative) => metric > Best * (Best > 0 ? 1 + _threshold : 1 - _threshold),
        _ => metric > Best + _threshold,
    };
}
