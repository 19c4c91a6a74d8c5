namespace DeepSharp.Persistence;

/// <summary>What a safetensors file says about one of its tensors.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">Its element type as the file writes it, such as <c>F32</c> or <c>BF16</c>.</param>
/// <param name="Dims">The lengths of its axes.</param>
/// <param name="ByteCount">How many bytes of the file its elements take.</param>
public sealed record SafeTensorsEntry(string Name, string Format, IReadOnlyList<long> Dims, long ByteCount)
{
    /// <summary>The lengths, as they are checked.</summary>
    internal ReadOnlySpan<long> Lengths => (long[])Dims;

    /// <summary>Where its elements begin, counted from the end of the header.</summary>
    internal long Offset { get; init; }

    /// <summary>Why it becomes no tensor, or null if it does.</summary>
    internal Misfit? MisfitOf(bool convert) =>
        SafeTensorsFormat.Of(Format) is null && !(convert && ForeignFormat.Of(Format) is not null)
            ? new Misfit(SafeTensorsFormat.Readable, ForeignFormat.About(Format))
        : ElementBytes.ShapeOf(Lengths) is null ? Misfit.OfShape(Dims)
        : null;
}
