using DeepSharp.Optim;

namespace DeepSharp.Distributed;

/// <summary>Each rank has one part of every stretch, as equal as 16 elements allow.</summary>
internal sealed class ArenaShards(Communicator communicator) : IStateShards
{
    private const int Unit = 16;

    public (int Start, int Length) PartOf(int length) => PartOf(length, communicator.Rank);

    public void Gather(Tensor part, Tensor whole) => communicator.StartAllGather(part, whole, Counts(whole.Count, 0, whole.Count)).Wait();

    internal (int Start, int Length) PartOf(int length, int rank)
    {
        (int start, int units) = communicator.PartOf(length / Unit, rank);
        return (start * Unit, units * Unit);
    }

    /// <summary>How many elements of a piece each rank has.</summary>
    /// <param name="whole">The elements of the stretch.</param>
    /// <param name="start">Where the piece begins.</param>
    /// <param name="length">How long it is.</param>
    internal int[] Counts(int whole, int start, int length) => [.. Enumerable.Range(0, communicator.Size).Select(rank => Overlap(whole, start, length, rank).Length)];

    /// <summary>What a rank has of a piece, in the stretch.</summary>
    internal (int Start, int Length) Overlap(int whole, int start, int length, int rank)
    {
        (int first, int count) = PartOf(whole, rank);
        int begin = Math.Max(first, start);
        return (begin, Math.Max(0, Math.Min(first + count, start + length) - begin));
    }
}
