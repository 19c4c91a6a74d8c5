using System.Diagnostics.CodeAnalysis;

namespace DeepSharp.Training;

/// <summary>A metric that is the mean of a quantity of every element, or of every sample, over all batches; derive one of your own.</summary>
/// <remarks>It is added up on the device (<see cref="RunningMean"/>), so that batches of any sizes weigh what they hold, and nothing is read back
/// before the result.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "As every tensor outside scopes, the sum goes when the metric is collected.")]
public abstract class MeanMetric : Metric
{
    private readonly RunningMean _mean = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        Tensor values = Values(prediction, target);
        if (values.Count > 0)
        {
            _mean.Add(values.Sum(), values.Count);
        }
    }

    /// <inheritdoc/>
    public override double Result() => _mean.Result();

    /// <inheritdoc/>
    public override void Reset() => _mean.Reset();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _mean.State();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sums are missing, or are none.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => Load(GetType().Name, _mean, state);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sums are missing, or are none.</exception>
    public override void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        RequireSums(GetType().Name, state);
        _mean.Add(state);
    }

    /// <summary>Goes back to sums that are such.</summary>
    internal static void Load(string metric, RunningMean mean, IReadOnlyDictionary<string, Tensor> state)
    {
        RequireSums(metric, state);
        mean.LoadState(state);
    }

    /// <summary>Refuses a state without sums.</summary>
    internal static void RequireSums(string metric, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!state.TryGetValue("sums", out Tensor? sums) || sums is not { Rank: 1, Count: 2 or 4 })
        {
            throw new ArgumentException(
                $"{metric}.LoadState: of {(state.Count == 0 ? "no values" : string.Join(", ", state.Keys))} none are the sums. Load what this "
                + "metric's State gave.",
                nameof(state));
        }
    }

    /// <summary>The quantities of a batch whose mean is wanted, one for each element or sample, in a tensor of any shape. Nothing is recorded.</summary>
    /// <param name="prediction">What the network put out.</param>
    /// <param name="target">What it should have put out.</param>
    protected abstract Tensor Values(Tensor prediction, Tensor target);
}
