namespace DeepSharp.Data;

/// <summary>What changes batches on the device: see <see cref="Dataset.Map"/>.</summary>
/// <remarks>To write one, override <see cref="Apply"/> with tensor operators and draw by the place, so that a batch stays a function of seed, epoch
/// and number.</remarks>
public abstract class Transform
{
    /// <summary>Whether it draws random numbers, and so changes batches of a training only: those that are shuffled.</summary>
    public virtual bool IsRandom => true;

    /// <summary>The changed batch.</summary>
    /// <param name="batch">The batch, which stays as it is.</param>
    /// <param name="place">Which batch it is.</param>
    public abstract Batch Apply(Batch batch, BatchPlace place);
}
