namespace DeepSharp.Training;

/// <summary>A metric that is the share of right ones among those that count.</summary>
public abstract class ShareMetric : CountingMetric
{
    private protected ShareMetric()
    {
    }

    /// <inheritdoc/>
    /// <remarks>NaN, too, if everything so far was ignored.</remarks>
    public sealed override double Result() => ReadCounts() is [var right, var counted] ? (double)right / counted : double.NaN;

    private protected sealed override bool CanBe(Shape counts) => counts == new Shape(2);

    /// <summary>The right ones, and all that count.</summary>
    private protected Tensor Counts(Device device) => Counts(2, device);

    /// <summary>Adds those that are right and count, and all that count.</summary>
    private protected void Add(Tensor right, Tensor counted)
    {
        Tensor counts = Counts(right.Device);
        counts[0].AddInPlace((right & counted).Sum());
        counts[1].AddInPlace(counted.Sum());
    }
}
