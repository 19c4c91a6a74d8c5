namespace DeepSharp.Training;

/// <summary>The coefficient of determination, 1 - Σ (target - prediction)² / Σ (target - mean target)²: 1 at best, 0 for predicting the mean, below 0
/// for worse.</summary>
/// <remarks>
/// Predictions and targets have one shape, [N], or [N, …], where every place behind the first axis is an output of its own with a mean of its own;
/// the result is the mean of the outputs' scores, as scikit-learn's and torchmetrics' default. As there, an output whose targets are all equal has
/// 1 if it is predicted exactly and else 0; with less than two samples there is no score, NaN. Batches are joined by the formulas of T. F. Chan,
/// G. H. Golub, R. J. LeVeque, 1979, in Float64 where the device has it, so that a mean far from 0 costs no digits.
/// </remarks>
public sealed class R2Score : Metric
{
    // Rows: the squared errors, the mean of the targets, the squared differences from it.
    private Tensor? _sums;
    private long _samples;

    /// <inheritdoc/>
    public override string Name => "r2_score";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the number of outputs is not that of the batches before.</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        (prediction, target) = Targets.OfNumbers(nameof(R2Score), prediction, target);
        if (prediction.Count == 0)
        {
            return;
        }

        int rows = prediction.Rank == 0 ? 1 : prediction.Shape[0];
        int outputs = prediction.Count / rows;
        DType wide = prediction.Device.HasDoublePrecision ? DType.Float64 : DType.Float32;
        Tensor truth = target.Reshape(rows, outputs).To(wide);
        Tensor sums = Sums([3, outputs], wide, prediction.Device);

        // From the batch's first target, so that equal targets differ by nothing from their mean.
        Tensor distances = truth - truth[..1];
        Tensor center = distances.Mean(0, keepDims: true);
        Tensor step = (truth[0] + center[0]) - sums[1];
        double all = _samples + rows;
        sums[0].AddInPlace((prediction.Reshape(rows, outputs).To(wide) - truth).Square().Sum(0));
        sums[2].AddInPlace((distances - center).Square().Sum(0));
        sums[2].AddInPlace(step.Square(), _samples * (rows / all));
        sums[1].AddInPlace(step, rows / all);
        _samples += rows;
    }

    /// <inheritdoc/>
    public override double Result() => PerOutput() is { Length: > 0 } scores ? scores.Average() : double.NaN;

    /// <summary>The score of each output; none before the first batch. Waits for the device.</summary>
    public double[] PerOutput()
    {
        double[] sums = _sums?.To(Device.Cpu).To(DType.Float64).ToArray<double>() ?? [];
        int outputs = sums.Length / 3;
        return [.. Enumerable.Range(0, outputs).Select(i => Score(sums[i], sums[(2 * outputs) + i]))];
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _sums?.Dispose();
        (_sums, _samples) = (null, 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _sums is null
        ? new Dictionary<string, Tensor>()
        : new Dictionary<string, Tensor> { ["sums"] = _sums, ["samples"] = Tensor.Scalar(_samples, DType.Int64, Device.Cpu) };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing or has another shape.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Count == 0)
        {
            Reset();
            return;
        }

        Shape shape = state.TryGetValue("sums", out Tensor? sums) && sums is { Rank: 2 } && sums.Shape[0] == 3 ? sums.Shape : new Shape(3, 1);
        if (SavedState.Faults([("sums", shape), ("samples", null)], state) is { Count: > 0 } faults)
        {
            throw new ArgumentException($"R2Score.LoadState: {string.Join("; ", faults)}. Load what this metric's State gave.", nameof(state));
        }

        Tensor loaded = sums!.Clone().KeepForever();
        Reset();
        (_sums, _samples) = (loaded, (long)state["samples"].Item());
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing or has another shape.</exception>
    public override void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Count == 0 || _samples == 0)
        {
            if (state.Count > 0)
            {
                LoadState(state);
            }

            return;
        }

        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        if (SavedState.Faults([("sums", _sums!.Shape), ("samples", null)], state) is { Count: > 0 } faults)
        {
            throw new ArgumentException($"R2Score.Add: {string.Join("; ", faults)}. Add what the State of such a metric gave.", nameof(state));
        }

        long rows = (long)state["samples"].Item();
        Tensor sums = Sums(_sums.Shape, _sums.DType, _sums.Device);
        Tensor other = state["sums"].To(sums.Device).To(sums.DType);
        double all = _samples + rows;
        Tensor step = other[1] - sums[1];
        sums[0].AddInPlace(other[0]);
        sums[2].AddInPlace(other[2]);
        sums[2].AddInPlace(step.Square(), _samples * (rows / all));
        sums[1].AddInPlace(step, rows / all);
        _samples += rows;
    }

    private double Score(double errors, double spread) =>
        _samples < 2 ? double.NaN : spread != 0 ? 1 - (errors / spread) : errors == 0 ? 1 : 0;

    private Tensor Sums(Shape shape, DType dtype, Device device)
    {
        if (_sums is null)
        {
            _sums = Tensor.Zeros(shape, dtype, device).KeepForever();
        }
        else if (_sums.Shape != shape)
        {
            throw new ArgumentException(
                $"R2Score: the batches so far had {_sums.Shape[1]} outputs, and this one has {shape[1]}. Call Reset() before another network is measured.");
        }
        else if (!ReferenceEquals(_sums.Device, device))
        {
            // A type that only one of the two devices has is converted there.
            Tensor moved = (_sums.Device.HasDoublePrecision ? _sums.To(dtype).To(device) : _sums.To(device).To(dtype)).KeepForever();
            _sums.Dispose();
            _sums = moved;
        }

        return _sums;
    }
}
