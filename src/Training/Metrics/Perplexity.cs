using System.Diagnostics.CodeAnalysis;
using DeepSharp.Layers;

namespace DeepSharp.Training;

/// <summary>e to the mean cross-entropy of a label, exp(-mean ln softmax(x)_label): between how many equally likely classes the network is
/// undecided; at least 1.</summary>
/// <remarks>Predictions are logits [N, C], or [N, C, …], and targets labels [N], or [N, …], as of <see cref="CrossEntropyLoss"/>. The mean is over
/// all labels of all batches that are not ignored, and e is raised to it once. F. Jelinek et al., Perplexity, 1977.</remarks>
/// <param name="ignoreIndex">Labels with this value count nothing: padding, for one.</param>
[SuppressMessage("Design", "CA1001", Justification = "As every tensor outside scopes, the sum goes when the metric is collected.")]
public sealed class Perplexity(int ignoreIndex = -100) : Metric
{
    private readonly CrossEntropyLoss _loss = new(ignoreIndex: ignoreIndex);
    private readonly RunningMean _mean = new();

    /// <inheritdoc/>
    public override string Name => "perplexity";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (!target.DType.IsInteger)
        {
            throw new ArgumentException($"Perplexity: labels {target.Shape} must be integers, not {target.DType}. Convert them with To(DType.Int64).");
        }

        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        (Tensor mean, Tensor? labels) = _loss.ComputeWeighted(prediction.HalfToSingle(), target);
        _mean.Add(mean, labels!);
    }

    /// <inheritdoc/>
    public override double Result() => Math.Exp(_mean.Result());

    /// <inheritdoc/>
    public override void Reset() => _mean.Reset();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _mean.State();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sums are missing, or are none.</exception>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => MeanMetric.Load(nameof(Perplexity), _mean, state);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The sums are missing, or are none.</exception>
    public override void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        MeanMetric.RequireSums(nameof(Perplexity), state);
        _mean.Add(state);
    }
}
