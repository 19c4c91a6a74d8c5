namespace DeepSharp.Training;

/// <summary>A measure that is collected batch by batch on the device and read when somebody looks.</summary>
/// <remarks>A metric of your own adds to device tensors in <see cref="Update"/> and reads them in <see cref="Result"/>; it must not
/// wait for the device in between.</remarks>
public abstract class Metric
{
    /// <summary>The name under which the history lists it, such as <c>accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Adds a batch.</summary>
    /// <param name="prediction">What the network put out.</param>
    /// <param name="target">What it should have put out.</param>
    public abstract void Update(Tensor prediction, Tensor target);

    /// <summary>The value over the batches since the last reset; NaN before the first. Waits for the device.</summary>
    public abstract double Result();

    /// <summary>What has to be saved to go on in the middle of an epoch, by name; nothing if not overridden, and then a training with this metric
    /// goes on between epochs only.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Goes back to what <see cref="State"/> gave.</summary>
    /// <param name="state">Values by name; they belong to the caller.</param>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
    }

    /// <summary>Adds what the same metric has collected of other samples, on another process for one.</summary>
    /// <param name="state">What its <see cref="State"/> gave.</param>
    /// <exception cref="NotSupportedException">The metric does not say how.</exception>
    public virtual void Add(IReadOnlyDictionary<string, Tensor> state) => throw new NotSupportedException(
        $"{GetType().Name}.Add: the metric '{Name}' does not say how what two processes have collected is added up. Override Add, or leave the metric out.");

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>Starts again.</summary>
    public abstract void Reset();
}
