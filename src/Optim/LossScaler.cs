using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Multiplies the loss so that small gradients do not become zero in Float16, and finds the factor by itself: it falls when gradients
/// overflow, and grows when they have not for a while.
/// </summary>
/// <remarks>
/// <para>A step divides the gradients by the scale in place, is skipped by the optimizer if they are not all finite, and then moves
/// the scale. All of that happens on the device, and the host does not wait. Clipping sees gradients that are divided. Scales are
/// powers of two with the usual factors, so that dividing is exact. Use one scaler for each optimizer; BFloat16 needs none.</para>
/// <para>The scale does not fall below a least one, from which it can grow again. Where it stays there, gradients are infinite or NaN for another
/// reason than scaling, and <see cref="Optimizer.SkippedSteps"/> grows with every step: look at the data, the rate, and with
/// <see cref="AnomalyMode"/> at where it begins.</para>
/// <para>After Micikevicius et al., "Mixed Precision Training" (2018); defaults are those of PyTorch's GradScaler.</para>
/// </remarks>
/// <example><code>
/// LossScaler scaler = new();
/// foreach (var (x, y) in data.Batches(128))
/// {
///     optimizer.ZeroGradients();
///     using (new MixedPrecision(DType.Float16))
///     {
///         scaler.Scale(loss.Compute(model.Forward(x), y)).Backward();
///     }
///
///     scaler.Step(optimizer);
/// }
/// </code></example>
public sealed class LossScaler
{
    private const string ScaleName = "scale";
    private const string StepsName = "steps_since_change";

    // What has an inverse in Float32, and is not zero where denormal numbers are.
    private const float SmallestScale = 1.17549435e-38f;

    private readonly double _growthFactor;
    private readonly double _backoffFactor;
    private readonly int _growthInterval;
    private readonly double _minimumScale;
    private double _scale;
    private double _steps;
    private Tensor? _state;

    /// <summary>A scaler.</summary>
    /// <param name="initialScale">The first factor; a normal number of Float32.</param>
    /// <param name="growthFactor">What the scale is multiplied by when it grows; above 1.</param>
    /// <param name="backoffFactor">What it is multiplied by when a step is skipped; in (0, 1).</param>
    /// <param name="growthInterval">The steps without a skipped one after which it grows.</param>
    /// <param name="minimumScale">What it does not fall below; the first factor if that is less. PyTorch's falls to 0, and stays there.
    /// Gradients that overflow at 1/65536 would not fit into Float16 at any scale worth having.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public LossScaler(
        double initialScale = 65536, double growthFactor = 2, double backoffFactor = 0.5, int growthInterval = 2000, double minimumScale = 1.0 / 65536)
    {
        Require(initialScale >= SmallestScale && initialScale <= float.MaxValue, nameof(initialScale), initialScale, "normal and finite in Float32");
        Require(growthFactor > 1 && double.IsFinite(growthFactor), nameof(growthFactor), growthFactor, "above 1 and finite");
        Require(backoffFactor > 0 && backoffFactor < 1, nameof(backoffFactor), backoffFactor, "in (0, 1)");
        Require(growthInterval is > 0 and <= 1 << 24, nameof(growthInterval), growthInterval, "from 1 to 16,777,216");
        Require(minimumScale >= SmallestScale && minimumScale <= float.MaxValue, nameof(minimumScale), minimumScale, "normal and finite in Float32");
        _minimumScale = Math.Min(minimumScale, initialScale);
        _scale = initialScale;
        _growthFactor = growthFactor;
        _backoffFactor = backoffFactor;
        _growthInterval = growthInterval;
    }

    /// <summary>The factor of the next loss. Reading waits for the device.</summary>
    public double CurrentScale => _state?.Narrow(0, 0, 1).Item() ?? _scale;

    /// <summary>The loss times the scale, in Float32 if it is a 16-bit one: run the backward pass from it.</summary>
    /// <param name="loss">The loss.</param>
    public Tensor Scale(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Tensor wide = loss.DType.IsHalfPrecision ? loss.To(DType.Float32) : loss;
        return wide * Number(0, wide.DType, wide.Device).Reshape(Shape.Scalar);
    }

    /// <summary>Divides the optimizer's gradients by the scale, makes its step unless one is not finite, and moves the scale.</summary>
    /// <remarks>Sets the optimizer's <see cref="Optimizer.SkipsNonFinite"/>.</remarks>
    /// <param name="optimizer">The optimizer, with the gradients of a scaled loss.</param>
    /// <exception cref="InvalidOperationException">The rule evaluates the loss itself.</exception>
    public void Step(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.NeedsLoss)
        {
            throw new InvalidOperationException(
                $"LossScaler: {optimizer.GetType().Name} evaluates the loss itself and cannot be given a scaled one. Train in BFloat16 or "
                + "Float32.");
        }

        using TensorScope scope = Tensor.Scope();
        UpdateRun[] runs = [.. optimizer.Groups.SelectMany(static group => group.Runs)];
        foreach (UpdateRun run in runs)
        {
            Operand inverse = Number(1, run.DType, run.Device).Operand;
            UpdateKernel.Run(
                default(GradientGate.TakeOver), run.Gradients, run.Gradients, [], new UpdateTreatment(inverse, null, 0, 0, 0));
        }

        optimizer.SkipsNonFinite = true;
        optimizer.Step();
        Tensor state = StateOn(runs[0].Device);
        Tensor control = optimizer.Gate.Control(runs[0]).To(DType.Float32).To(state.Device);
        state.CountChange();
        GradientControl.MoveScale(state.Operand, control.Operand, _growthFactor, _backoffFactor, _growthInterval, _minimumScale);
    }

    /// <summary>What has to be saved to go on later: the scale, and the steps since it last moved.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>
    {
        [ScaleName] = Tensor.Scalar(CurrentScale, DType.Float64, Device.Cpu),
        [StepsName] = Tensor.Scalar(_state?.Narrow(0, 2, 1).Item() ?? _steps, DType.Int64, Device.Cpu),
    };

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <exception cref="ArgumentException">A number is missing or impossible. Nothing has been changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<string> faults = SavedState.Faults([(ScaleName, null), (StepsName, null)], state);
        (double scale, double steps) = faults.Count == 0 ? (state[ScaleName].Item(), state[StepsName].Item()) : default;
        if (faults.Count > 0 || !(scale >= SmallestScale && scale <= float.MaxValue) || !(SavedState.IsCount(steps) && steps <= _growthInterval))
        {
            throw new ArgumentException(
                $"LossScaler.LoadState: needs a number '{ScaleName}' above 0 and a whole number '{StepsName}' from 0 to {_growthInterval}, as State "
                + $"gives them; {(faults.Count > 0 ? string.Join("; ", faults) : $"they are {scale} and {steps}")}.",
                nameof(state));
        }

        _scale = scale;
        _steps = steps;
        _state?.Dispose();
        _state = null;
    }

    private static void Require(bool holds, string name, double value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, $"LossScaler: {name} must be {allowed}, not {value}.");
        }
    }

    // A number of the state as a device needs it: it stays where the first loss was.
    private Tensor Number(int index, DType dtype, Device device) => StateOn(device).Narrow(0, index, 1).To(dtype).To(device);

    private Tensor StateOn(Device device)
    {
        if (_state is null)
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            _state = Tensor.From([(float)_scale, (float)(1 / _scale), (float)_steps], device);
        }

        return _state;
    }
}
