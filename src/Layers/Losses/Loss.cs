namespace DeepSharp.Layers;

/// <summary>How far a prediction is from its target: what training makes small.</summary>
public abstract class Loss
{
    /// <summary>A loss with its reduction.</summary>
    /// <param name="reduction">What becomes of the losses of single elements. <c>Fit</c> and <c>Evaluate</c> report the mean of batches'
    /// means, each counting by its rows; of other reductions the sum over all batches, divided by all rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The reduction is unknown.</exception>
    protected Loss(LossReduction reduction = LossReduction.Mean)
    {
        if (!Enum.IsDefined(reduction))
        {
            throw new ArgumentOutOfRangeException(nameof(reduction), $"Use Mean, Sum or None, not {reduction}.");
        }

        Reduction = reduction;
    }

    /// <summary>What becomes of the losses of single elements.</summary>
    public LossReduction Reduction { get; private set; }

    /// <summary>The loss of a batch: one element, or with <see cref="LossReduction.None"/> one for each element or row.</summary>
    /// <param name="prediction">What the network put out.</param>
    /// <param name="target">What it should have put out.</param>
    public abstract Tensor Compute(Tensor prediction, Tensor target);

    /// <summary>The loss, and how much it counts in a mean over batches, as <c>Fit</c> and <c>Evaluate</c> report it.</summary>
    /// <param name="prediction">What the network put out.</param>
    /// <param name="target">What it should have put out.</param>
    /// <returns>The loss and one element, such as the sum of the weights by which a weighted mean was divided; null if it counts by its
    /// rows.</returns>
    public virtual (Tensor Value, Tensor? Weight) ComputeWeighted(Tensor prediction, Tensor target) => (Compute(prediction, target), null);

    /// <summary>The same loss, of single elements or rows.</summary>
    internal Loss Unreduced()
    {
        Loss copy = (Loss)MemberwiseClone();
        copy.Reduction = LossReduction.None;
        return copy;
    }

    /// <summary>How much each element or row counts in the mean, in the shape of the losses; null if each counts 1.</summary>
    internal virtual Tensor? Counts(Tensor prediction, Tensor target) => null;

    /// <summary>The loss's name.</summary>
    public override string ToString() => GetType().Name;

    private protected Tensor Reduce(Tensor losses) => Reduction switch
    {
        LossReduction.Mean => losses.Mean(),
        LossReduction.Sum => losses.Sum(),
        _ => losses,
    };

    /// <summary>The weights of labels: 0 of those that are ignored, else their classes'.</summary>
    private protected static Tensor WeightsOf(Tensor labels, Tensor? classWeights, int ignoreIndex, DType dtype)
    {
        labels = labels.To(DType.Int64);
        Tensor counted = labels.NotEqual(ignoreIndex);
        Tensor weight = counted.To(dtype);
        return classWeights is null
            ? weight
            : weight * classWeights.IndexSelect(Tensor.Where(counted, labels, Tensor.ZerosLike(labels)).Flatten()).Reshape(weight.Shape);
    }

    /// <summary>Both inputs of a loss of pairs, from one tensor [2, …].</summary>
    private protected (Tensor First, Tensor Second) Halves(Tensor prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return prediction.Rank > 0 && prediction.Shape[0] == 2
            ? (prediction[0], prediction[1])
            : throw new ArgumentException(
                $"{GetType().Name}: a prediction {prediction.Shape}; use both inputs, [2, …], as Tensor.Stack makes it of two outputs.", nameof(prediction));
    }

    /// <summary>That weights are on the prediction's device.</summary>
    private protected void CheckDevice(Tensor prediction, string argument, Tensor? value)
    {
        if (value is not null && !ReferenceEquals(prediction.Device, value.Device))
        {
            throw new ArgumentException(
                $"{GetType().Name}: the prediction {prediction.Shape} is on {prediction.Device}, {argument} {value.Shape} on {value.Device}. "
                + "Move one with To(Device); weights, when the loss is made.");
        }
    }

    /// <summary>The prediction, if the target fits it; in mixed precision as Float32.</summary>
    private protected Tensor Checked(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Shape != target.Shape)
        {
            throw new ArgumentException(
                $"{GetType().Name}: the prediction has shape {prediction.Shape}, the target {target.Shape}. They must be the same; "
                + "reshape the target, for example to [N, 1].");
        }

        prediction = prediction.HalfToSingleIfMixed();
        if (prediction.DType != target.DType)
        {
            throw new ArgumentException(
                $"{GetType().Name}: the prediction {prediction.Shape} holds {prediction.DType}, the target {target.DType}. Convert the target "
                + "with To(DType).");
        }

        if (!ReferenceEquals(prediction.Device, target.Device))
        {
            throw new ArgumentException(
                $"{GetType().Name}: the prediction {prediction.Shape} is on {prediction.Device}, the target on {target.Device}. Move one with "
                + "To(Device).");
        }

        return prediction;
    }
}
