namespace DeepSharp.Persistence;

/// <summary>Why something that keeps the rules of its format becomes no tensor.</summary>
/// <param name="Expected">What could be read.</param>
/// <param name="Found">What is there.</param>
internal sealed record Misfit(string Expected, string Found)
{
    /// <summary>Of a shape that no tensor can have.</summary>
    internal static Misfit OfShape(IEnumerable<long> lengths) =>
        new($"at most {Shape.MaxRank} axes and {int.MaxValue} elements", $"the shape ({string.Join(", ", lengths.Take(20))})");

    /// <inheritdoc/>
    public override string ToString() => $"{Found}, not {Expected}";
}
