using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>
/// Where the parameters of a stretch of flat memory begin and end, cut into chunks that kernels share among their threads.
/// </summary>
/// <remarks>The chunks depend on lengths only, so sums do not depend on the number of threads or on timing.</remarks>
internal sealed class SegmentTable
{
    private const int ChunkLength = 4096;

    // Segments begin and end at multiples of this many elements, as parameters in an arena do: whole registers, of any width there is.
    private const int Alignment = 16;

    private readonly int[] _numbers;

    /// <summary>The table of some segments: first element and length of each, in order, without overlap.</summary>
    internal SegmentTable(IReadOnlyList<(int Start, int Length)> segments)
    {
        List<int> chunks = [];
        List<int> owners = [];
        foreach ((int start, int length) in segments)
        {
            Debug.Assert(start % Alignment == 0 && length % Alignment == 0, "a segment begins or ends inside a register");
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

    internal int SegmentCount { get; }

    internal int ChunkCount { get; }

    /// <summary>
    /// What kernels read: start, length and segment of each chunk, then first chunk and number of chunks of each segment. A copy in
    /// a device's memory goes with the table to the kernels.
    /// </summary>
    internal ReadOnlySpan<int> Numbers => _numbers;
}
