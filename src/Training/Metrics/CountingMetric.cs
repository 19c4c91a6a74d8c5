namespace DeepSharp.Training;

/// <summary>A metric that follows from counts, which are added up in one tensor of Int64 on the device of the predictions.</summary>
/// <remarks>Nothing is read back before the result, and the memory is the same after any number of batches. Where predictions come from another
/// device than before, the counts move there. They are the state, as <c>counts</c>.</remarks>
public abstract class CountingMetric : Metric
{
    private Tensor? _counts;

    private protected CountingMetric()
    {
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the number of classes is not that of the batches
    /// before.</exception>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        Count(prediction, target);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _counts?.Dispose();
        _counts = null;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() =>
        _counts is null ? new Dictionary<string, Tensor>() : new Dictionary<string, Tensor> { ["counts"] = _counts };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The counts are missing, or are not of this metric.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        Tensor? loaded = Loaded(nameof(LoadState), state);
        Reset();
        _counts = loaded;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The counts are missing, or are not of this metric, or of another number of classes.</exception>
    public override void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        if (Loaded(nameof(Add), state) is { } added)
        {
            using (added)
            {
                Counts(added.Shape, _counts?.Device ?? added.Device).AddInPlace(added.To(_counts!.Device));
            }
        }
    }

    // A copy of the counts of a state; null if it has none yet.
    private Tensor? Loaded(string operation, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Tensor? loaded = null;
        if (state.Count > 0)
        {
            Shape shape = state.TryGetValue("counts", out Tensor? counts) && counts is not null && CanBe(counts.Shape) ? counts.Shape : Shape.Scalar;
            if (SavedState.Faults([("counts", shape)], state) is { Count: > 0 } faults)
            {
                throw new ArgumentException($"{GetType().Name}.{operation}: {string.Join("; ", faults)}. Load what this metric's State gave.", nameof(state));
            }

            loaded = counts!.To(DType.Int64).Clone().KeepForever();
        }

        return loaded;
    }

    /// <summary>Adds a batch to the <see cref="Counts"/>; temporary tensors are freed, and nothing is recorded.</summary>
    private protected abstract void Count(Tensor prediction, Tensor target);

    /// <summary>Whether counts of this metric may have a shape.</summary>
    private protected abstract bool CanBe(Shape counts);

    /// <summary>The counts of a shape on a device, zeros at first.</summary>
    private protected Tensor Counts(Shape shape, Device device)
    {
        if (_counts is null)
        {
            _counts = Tensor.Zeros(shape, DType.Int64, device).KeepForever();
        }
        else if (_counts.Shape != shape)
        {
            throw new ArgumentException(
                $"{GetType().Name}: the batches so far had counts {_counts.Shape}, and this one has {shape}: another number of classes. Call Reset() "
                + "before another network is measured.");
        }
        else if (!ReferenceEquals(_counts.Device, device))
        {
            Tensor moved = _counts.To(device).KeepForever();
            _counts.Dispose();
            _counts = moved;
        }

        return _counts;
    }

    /// <summary>The counts in row-major order; none before the first batch. Waits for the device.</summary>
    private protected long[] ReadCounts() => _counts?.ToArray<long>() ?? [];
}
