namespace DeepSharp.Kernels;

/// <summary>
/// Where the parameters of a stretch of flat memory begin and end, cut into chunks that kernels share among their threads: what
/// one-launch reductions and updates with a number for each parameter need.
/// </summary>
/// <remarks>The chunks depend on lengths only, so sums do not depend on the number of threads or on timing.</remarks>
public sealed class SegmentTable
{
    internal const int ChunkLength = 4096;

    /// <summary>Segments begin and end at multiples of this many elements, as parameters in an arena do.</summary>
    public const int Alignment = 16;

    private readonly int[] _numbers;

    /// <summary>The table of some segments.</summary>
    /// <param name="segments">First element and length of each, in order, without overlap: multiples of <see cref="Alignment"/>.</param>
    /// <exception cref="ArgumentException">A start or length is no such multiple.</exception>
    public SegmentTable(IReadOnlyList<(int Start, int Length)> segments)
    {
        List<int> chunks = [];
        List<int> owners = [];
        foreach ((int start, int length) in segments)
        {
            if (start % Alignment != 0 || length % Alignment != 0)
            {
                throw new ArgumentException(
                    $"SegmentTable: the segment of {length} elements from {start} does not begin and end at multiples of {Alignment}.", nameof(segments));
            }

            owners.Add(chunks.Count / 3);
            for (int done = 0; done < length; done += ChunkLength)
            {
                chunks.AddRange([start + done, Math.Min(ChunkLength, length - done), (owners.Count - 1) / 2]);
            }

            owners.Add((chunks.Count / 3) - owners[^1]);
        }

        ChunkCount = chunks.Count / 3;
        SegmentCount = segments.Count;
        _numbers = [.. chunks, .. owners];
    }

    /// <summary>The number of segments.</summary>
    public int SegmentCount { get; }

    /// <summary>The number of chunks.</summary>
    public int ChunkCount { get; }

    /// <summary>
    /// What kernels read: start, length and segment of each chunk, then first chunk and number of chunks of each segment. A copy in
    /// a device's memory goes with the table to the kernels.
    /// </summary>
    public ReadOnlySpan<int> Numbers => _numbers;
}
