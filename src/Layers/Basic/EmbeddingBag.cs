namespace DeepSharp.Layers;

/// <summary>A table of vectors whose rows are put together bag by bag: their mean, sum or largest.</summary>
/// <remarks>
/// Input: indices [bags, length] of Int32 or Int64, or [count] with offsets; output [bags, features]. The table is [entries, features], named
/// <c>weight</c> as in PyTorch.
/// </remarks>
public sealed class EmbeddingBag : Module
{
    /// <summary>A layer with rows drawn at random.</summary>
    /// <param name="entries">The number of rows.</param>
    /// <param name="features">The length of a row.</param>
    /// <param name="mode">What a bag becomes.</param>
    /// <param name="includeLastOffset">Whether offsets end with the number of indices.</param>
    /// <param name="paddingIndex">A row that begins at zero, does not count and takes no gradient; null for none.</param>
    /// <param name="initializer">How the table begins; if null, normally distributed with mean 0 and deviation 1.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, or the padding index is no row.</exception>
    public EmbeddingBag(
        int entries,
        int features,
        BagMode mode = BagMode.Mean,
        bool includeLastOffset = false,
        int? paddingIndex = null,
        Initializer? initializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        (Mode, IncludesLastOffset, PaddingIndex) = (mode, includeLastOffset, paddingIndex);
        Weight = Add("weight", Embedding.Table(nameof(EmbeddingBag), entries, features, paddingIndex, initializer, dtype, device, generator));
    }

    /// <summary>What a bag becomes.</summary>
    public BagMode Mode { get; }

    /// <summary>Whether offsets end with the number of indices.</summary>
    public bool IncludesLastOffset { get; }

    /// <summary>The row that does not count, or null.</summary>
    public int? PaddingIndex { get; }

    /// <summary>The table, [entries, features].</summary>
    public Parameter Weight { get; }

    /// <summary>Bags of one length.</summary>
    /// <param name="input">Indices, [bags, length].</param>
    /// <exception cref="ArgumentException">The input is no matrix of integers, or an index is out of range.</exception>
    public override Tensor Forward(Tensor input) => Weight.EmbeddingBag(input, mode: Mode, paddingIndex: PaddingIndex);

    /// <summary>Bags of any lengths.</summary>
    /// <param name="input">Indices, [bags, length], or [count] with offsets.</param>
    /// <param name="offsets">Where each bag begins, or null.</param>
    /// <param name="perSampleWeights">What each row is multiplied by in a sum, shaped as the indices, or null.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit, or an index is out of range.</exception>
    public Tensor Forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights = null) =>
        Weight.EmbeddingBag(input, offsets, Mode, perSampleWeights, offsets is not null && IncludesLastOffset, PaddingIndex);

    /// <inheritdoc/>
    public override string ToString() => $"EmbeddingBag({Weight.Shape[0]}, {Weight.Shape[1]}, {Mode}"
        + $"{(PaddingIndex is { } padding ? $", padding index {padding}" : string.Empty)})";
}
