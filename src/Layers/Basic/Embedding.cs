namespace DeepSharp.Layers;

/// <summary>A table of vectors: each index becomes the row it points at.</summary>
/// <remarks>
/// Input: indices […] of Int32 or Int64 in 0 … entries - 1; output […, features]. The table is [entries, features], named
/// <c>weight</c> as in PyTorch. An index outside is an error on <see cref="Device.Cpu"/>, and gives NaN on other devices.
/// </remarks>
public sealed class Embedding : Module
{
    /// <summary>A layer with rows drawn at random.</summary>
    /// <param name="entries">The number of rows.</param>
    /// <param name="features">The length of a row.</param>
    /// <param name="paddingIndex">A row that begins at zero and takes no gradient, for input that stands for nothing; null for
    /// none.</param>
    /// <param name="initializer">How the table begins; if null, normally distributed with mean 0 and deviation 1.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, or the padding index is no row.</exception>
    public Embedding(
        int entries,
        int features,
        int? paddingIndex = null,
        Initializer? initializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        Entries = entries;
        Features = features;
        PaddingIndex = paddingIndex;
        Weight = Add("weight", Table(nameof(Embedding), entries, features, paddingIndex, initializer, dtype, device, generator));
    }

    /// <summary>The number of rows.</summary>
    public int Entries { get; }

    /// <summary>The length of a row.</summary>
    public int Features { get; }

    /// <summary>The row that takes no gradient, or null.</summary>
    public int? PaddingIndex { get; }

    /// <summary>The table, [entries, features].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has no integer elements, or an index is out of range.</exception>
    public override Tensor Forward(Tensor input) => Weight.Embedding(input, PaddingIndex);

    /// <inheritdoc/>
    public override string ToString() =>
        $"Embedding({Entries}, {Features}{(PaddingIndex is { } padding ? $", padding index {padding}" : string.Empty)})";

    /// <summary>A table with rows drawn at random, one of them zero if asked for.</summary>
    internal static Parameter Table(
        string layer, int entries, int features, int? paddingIndex, Initializer? initializer, DType dtype, Device? device, Generator? generator)
    {
        Bounds.AtLeast(1, entries, layer);
        Bounds.AtLeast(1, features, layer);
        if (paddingIndex < 0 || paddingIndex >= entries)
        {
            throw new ArgumentOutOfRangeException(
                nameof(paddingIndex), $"{layer}: the padding index must be in 0 … {entries - 1}, not {paddingIndex}.");
        }

        Parameter weight = (initializer ?? new Normal(0, 1)).CreateParameter([entries, features], dtype, device, generator);
        if (paddingIndex is { } padding)
        {
            using Tensor table = weight.Detach();
            using Tensor row = table.Narrow(0, padding, 1);
            row.Fill(0);
        }

        return weight;
    }
}
