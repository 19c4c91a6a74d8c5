namespace DeepSharp.Training;

/// <summary>A metric of the order that scores put samples in, exact over all of them: of each class against the others, or of each yes and no.</summary>
/// <remarks>
/// <para>Predictions and targets of one shape, [N], [N, 1], or [N, L], or [N, L, …], are yes and no, where a target above 0.5 is a yes. Integer
/// labels [N], or [N, …], beside scores [N, C], or [N, C, …], are classes, each against the rest. Scores of a class are compared across samples,
/// so those of classes should be probabilities (<c>fromLogits</c>); for yes and no logits give the same order. Equal scores are one threshold.</para>
/// <para>An exact order needs all scores. They stay on the device until <see cref="Reset"/>, as do the truths, a byte each: with Float32 five bytes
/// for each score of the data that is evaluated, and for the time of <see cref="Result"/>, which sorts them, some four times as much.</para>
/// <para>A class whose value is not defined, since it is never true (or always), has NaN, and is left out of the averages, as in torchmetrics.
/// So is one with a score that is NaN.</para>
/// </remarks>
public abstract class RankingMetric : Metric
{
    private const byte Ignored = 2;
    private readonly ClassAverage _average;
    private readonly bool _fromLogits;
    private readonly int _ignoreIndex;
    private readonly List<(Tensor Scores, Tensor Truths)> _batches = [];

    private protected RankingMetric(ClassAverage average, bool fromLogits, int ignoreIndex)
    {
        _average = Enum.IsDefined(average)
            ? average
            : throw new ArgumentOutOfRangeException(nameof(average), $"{GetType().Name}: use Macro, Micro or Weighted, not {average}.");
        (_fromLogits, _ignoreIndex) = (fromLogits, ignoreIndex);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the number of classes is not that of the batches
    /// before.</exception>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        string metric = GetType().Name;
        ReductionKernels.RequireReal(metric, prediction);
        Binary.CheckDevice(metric, prediction, "the target", target);
        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        (Tensor scores, Tensor actual, Tensor counted) = prediction.Shape == target.Shape ? OfYesNo(prediction, target) : OfClasses(prediction, target);
        if (_batches is [var (before, _), ..])
        {
            if (before.Shape[1] != scores.Shape[1])
            {
                throw new ArgumentException(
                    $"{metric}: the batches so far had {before.Shape[1]} classes, and this one has {scores.Shape[1]}. Call Reset() before another network "
                    + "is measured.");
            }

            scores = scores.To(before.Device).To(before.DType);
        }

        Tensor truths = Tensor.Where(counted, actual.To(DType.Int32), Ignored).To(DType.UInt8).To(scores.Device);
        _batches.Add((scores.Clone().KeepForever(), truths.KeepForever()));
    }

    /// <inheritdoc/>
    public sealed override double Result()
    {
        (double Value, long Yes)[] classes = [.. Classes(pooled: _average == ClassAverage.Micro).Where(static c => !double.IsNaN(c.Value))];
        return classes.Length == 0 ? double.NaN
            : _average == ClassAverage.Weighted ? classes.Sum(static c => c.Yes * c.Value) / classes.Sum(static c => c.Yes)
            : classes.Average(static c => c.Value);
    }

    /// <summary>The value of each class, or of each label of several; NaN where there is none, and nothing before the first batch. Waits for the
    /// device.</summary>
    public double[] PerClass() => [.. Classes(pooled: false).Select(static c => c.Value)];

    /// <inheritdoc/>
    public override void Reset()
    {
        foreach ((Tensor scores, Tensor truths) in _batches)
        {
            scores.Dispose();
            truths.Dispose();
        }

        _batches.Clear();
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        if (_batches.Count == 0)
        {
            return new Dictionary<string, Tensor>();
        }

        (Tensor scores, Tensor truths) = All();
        return new Dictionary<string, Tensor> { ["scores"] = scores, ["truths"] = truths };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing or has another shape.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        List<(Tensor Scores, Tensor Truths)> loaded = Loaded(nameof(LoadState), state);
        Reset();
        _batches.AddRange(loaded);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing or has another shape, or the number of classes is another.</exception>
    public override void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach ((Tensor scores, Tensor truths) in Loaded(nameof(Add), state))
        {
            if (_batches is [var (before, _), ..])
            {
                if (before.Shape[1] != scores.Shape[1])
                {
                    throw new ArgumentException($"{GetType().Name}.Add: the state is of {scores.Shape[1]} classes, and the batches so far had {before.Shape[1]}.", nameof(state));
                }

                _batches.Add((scores.To(before.Device).To(before.DType).KeepForever(), truths.To(before.Device).KeepForever()));
                continue;
            }

            _batches.Add((scores, truths));
        }
    }

    private List<(Tensor Scores, Tensor Truths)> Loaded(string operation, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<(Tensor Scores, Tensor Truths)> loaded = [];
        if (state.Count > 0)
        {
            Shape shape = state.TryGetValue("scores", out Tensor? scores) && scores is { Rank: 2 } ? scores.Shape : new Shape(1, 1);
            if (SavedState.Faults([("scores", shape), ("truths", shape)], state) is { Count: > 0 } faults)
            {
                throw new ArgumentException($"{GetType().Name}.{operation}: {string.Join("; ", faults)}. Load what this metric's State gave.", nameof(state));
            }

            loaded.Add((scores!.Clone().KeepForever(), state["truths"].To(scores.Device).To(DType.UInt8).Clone().KeepForever()));
        }

        return loaded;
    }

    /// <summary>The value of a class from its curve: for every threshold, from the highest score down, the samples at or above it that are yes and
    /// no.</summary>
    private protected abstract double Area(List<(long Yes, long No)> curve);

    private (Tensor Scores, Tensor Actual, Tensor Counted) OfYesNo(Tensor prediction, Tensor target)
    {
        (Tensor scores, Tensor truth) = Targets.Columns(GetType().Name, prediction.HalfToSingle(), target);
        return (scores, Targets.Yes(truth), Targets.Counted(truth, _ignoreIndex));
    }

    private (Tensor Scores, Tensor Actual, Tensor Counted) OfClasses(Tensor prediction, Tensor target)
    {
        (Tensor scores, Tensor labels) = Targets.OfClasses(GetType().Name, prediction.HalfToSingle(), target);
        return (
            _fromLogits ? scores.Softmax(1) : scores, Targets.OneHot(labels, scores.Shape[1]), labels.NotEqual(_ignoreIndex).Unsqueeze(1));
    }

    private (Tensor Scores, Tensor Truths) All() => (
        Tensor.Concatenate([.. _batches.Select(static batch => batch.Scores)]), Tensor.Concatenate([.. _batches.Select(static batch => batch.Truths)]));

    private IEnumerable<(double Value, long Yes)> Classes(bool pooled)
    {
        if (_batches.Count == 0)
        {
            return [];
        }

        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        (Tensor scores, Tensor truths) = All();
        if (pooled)
        {
            (scores, truths) = (scores.Reshape(scores.Count, 1), truths.Reshape(truths.Count, 1));
        }

        // A class a row, so that its numbers are neighbours.
        (scores, Tensor places) = scores.T.Contiguous().Sort(1, descending: true);
        byte[] sortedTruths = truths.T.Contiguous().Gather(places, 1).ToArray<byte>();
        double[] sorted = scores.To(Device.Cpu).To(DType.Float64).ToArray<double>();
        int length = scores.Shape[1];
        return [.. Enumerable.Range(0, scores.Shape[0]).Select(c =>
            Class(sorted.AsSpan(c * length, length), sortedTruths.AsSpan(c * length, length)))];
    }

    private (double Value, long Yes) Class(ReadOnlySpan<double> scores, ReadOnlySpan<byte> truths)
    {
        List<(long Yes, long No)> curve = [];
        (long yes, long no) = (0, 0);
        double last = double.NaN;
        for (int i = 0; i < scores.Length; i++)
        {
            if (truths[i] == Ignored)
            {
                continue;
            }

            if (double.IsNaN(scores[i]))
            {
                return (double.NaN, 0);
            }

            (yes, no) = truths[i] != 0 ? (yes + 1, no) : (yes, no + 1);
            if (scores[i] == last)
            {
                curve[^1] = (yes, no);
            }
            else
            {
                curve.Add((yes, no));
                last = scores[i];
            }
        }

        return (Area(curve), yes);
    }
}
