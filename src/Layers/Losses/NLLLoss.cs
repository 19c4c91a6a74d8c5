namespace DeepSharp.Layers;

/// <summary>-w_t x_t: the negative log-likelihood of labels t, for logarithms x of probabilities such as <c>LogSoftmax</c> gives.</summary>
/// <remarks><see cref="CrossEntropyLoss"/> is this behind a log-softmax, in one kernel. The mean divides by the sum of the weights of the
/// labels that are not ignored, as in PyTorch.</remarks>
/// <param name="classWeights">A weight for each class, [C], or null.</param>
/// <param name="ignoreIndex">Rows with this label count nothing.</param>
/// <param name="reduction">What becomes of the losses of single rows.</param>
public sealed class NLLLoss(Tensor? classWeights = null, int ignoreIndex = -100, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    /// <param name="prediction">Logarithms of probabilities, [N, C], or [N, C, …] for labels [N, …], or [C] of a single sample.</param>
    /// <param name="target">Labels of an integer type.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or there is not one weight per class.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target) => ComputeWeighted(prediction, target).Value;

    /// <inheritdoc/>
    /// <remarks>The mean counts by the sum of the weights of the labels that are not ignored.</remarks>
    public override (Tensor Value, Tensor? Weight) ComputeWeighted(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckDevice(prediction, "the labels", target);
        CheckDevice(prediction, "the class weights", classWeights);
        int axis = prediction.Rank == 1 ? 0 : 1;
        if (!target.DType.IsInteger || prediction.Rank == 0 || target.Rank != prediction.Rank - 1)
        {
            throw new ArgumentException(
                $"NLLLoss: logarithms {prediction.Shape} and labels {target.Shape} of {target.DType} do not fit; use integer labels, [N, C] and "
                + "[N], [N, C, …] and [N, …], or [C] and a scalar.");
        }

        if (classWeights is not null && classWeights.Shape != new Shape(prediction.Shape[axis]))
        {
            throw new ArgumentException(
                $"NLLLoss: class weights {classWeights.Shape} do not fit {prediction.Shape[axis]} classes. Give one for each.");
        }

        prediction = prediction.HalfToSingleIfMixed();
        Tensor labels = target.To(DType.Int64);
        Tensor counted = labels.NotEqual(ignoreIndex);
        Tensor places = Tensor.Where(counted, labels, Tensor.ZerosLike(labels)).Unsqueeze(axis);
        Tensor likelihood = prediction.Gather(places, axis).Squeeze(axis);
        Tensor weight = WeightsOf(labels, classWeights, ignoreIndex, prediction.DType);

        // An ignored row may hold anything, -inf too.
        Tensor losses = -Tensor.Where(counted, likelihood, Tensor.ZerosLike(likelihood)) * weight;
        if (Reduction != LossReduction.Mean)
        {
            return (Reduce(losses), null);
        }

        Tensor total = weight.Sum();
        return (losses.Sum() / total, total);
    }

    internal override Tensor? Counts(Tensor prediction, Tensor target) => WeightsOf(target, classWeights, ignoreIndex, prediction.HalfToSingleIfMixed().DType);
}
